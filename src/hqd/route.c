/* route.c - paths and methods of the HTTP contract. */
#include "route.h"
#include "body.h"
#include "station/text.h"
#include <string.h>
#include <strings.h>

#define JOURNALS   "/v1/journals/"
#define PHOTOS	   "/v1/photos/"
#define ANCHOR_MAX 4096

static const struct route other = {METRICS_OTHER, "GET, HEAD", NULL, 0, "", ""};

static const struct {
	const char *path; /* behind the journal, where there is one */
	struct route route;
} of_journal[] =
	{
		{"/events", {METRICS_EVENTS, "POST", "application/x-ndjson", BODY_MAX, "", ""}},
		{"/anchor", {METRICS_ANCHOR, "POST", "application/json", ANCHOR_MAX, "", ""}},
},
  plain[] = {
	  {"/v1/expected", {METRICS_EXPECTED, "GET, HEAD", NULL, 0, "", ""}},
	  {"/healthz", {METRICS_HEALTH, "GET, HEAD", NULL, 0, "", ""}},
	  {"/metrics", {METRICS_METRICS, "GET, HEAD", NULL, 0, "", ""}},
};

/* A photo is taken and given by the same path. */
static void find_photo(const char *sha256, const char *method, struct route *out)
{
	static const struct route photo = {METRICS_PHOTO, "GET, HEAD, PUT", NULL, 0, "", ""};

	if (!piece_is_hash(sha256))
		return;
	*out = photo;
	memcpy(out->photo, sha256, PIECE_HASH + 1);
	if (strcmp(method, "PUT") != 0)
		return;
	out->media = "image/jpeg";
	out->most = PIECE_MAX;
}

void route_find(const char *path, const char *method, struct route *out)
{
	const char *journal = path + strlen(JOURNALS);

	*out = other;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (strcmp(path, plain[i].path) == 0)
			*out = plain[i].route;
	if (strncmp(path, PHOTOS, strlen(PHOTOS)) == 0)
		find_photo(path + strlen(PHOTOS), method, out);
	if (strncmp(path, JOURNALS, strlen(JOURNALS)) != 0 || strlen(journal) < EVENT_UUID ||
	    !text_is_uuid(journal, EVENT_UUID))
		return;
	for (size_t i = 0; i < sizeof(of_journal) / sizeof(of_journal[0]); i++) {
		if (strcmp(journal + EVENT_UUID, of_journal[i].path) != 0)
			continue;
		*out = of_journal[i].route;
		memcpy(out->journal, journal, EVENT_UUID);
		out->journal[EVENT_UUID] = '\0';
	}
}

bool route_allows(const struct route *r, const char *method)
{
	bool get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

	if (r->call == METRICS_PHOTO)
		return get || strcmp(method, "PUT") == 0;
	return r->media ? strcmp(method, "POST") == 0 : get;
}

bool route_media_is(const char *content_type, const char *media)
{
	size_t len = strlen(media);

	if (!content_type || strncasecmp(content_type, media, len) != 0)
		return false;
	return content_type[len] == '\0' || content_type[len] == ';' || content_type[len] == ' ' ||
	       content_type[len] == '\t';
}

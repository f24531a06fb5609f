/* stick_proof.c - whether an export is what its signature says (stick_proof.h). */
#include "stick_proof.h"
#include "io/stickfile.h"
#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_EVENTS UINT32_MAX /* bytes: no file of a FAT has more */

static bool fails(struct stick_proof *p, const char *what, const char *why)
{
	(void)snprintf(p->why, sizeof(p->why), "%s: %s", what, why);
	return false;
}

static bool manifest_look(struct stick_proof *p, int folder, uint8_t own[STICKFILE_SUM])
{
	enum manifest_fault fault;
	struct sha256_ctx sha;
	uint8_t *json;
	size_t len;
	int rc = stickfile_whole(folder, MANIFEST_FILE, MANIFEST_MAX, &json, &len);

	if (rc)
		return fails(p, MANIFEST_FILE, strerror(-rc));
	sha256_init(&sha);
	sha256_update(&sha, len, json);
	sha256_digest(&sha, STICKFILE_SUM, own);
	fault = manifest_read((const char *)json, len, &p->manifest);
	free(json);
	return fault == MANIFEST_OK || fails(p, MANIFEST_FILE, manifest_fault_text(fault));
}

static bool signature_look(struct stick_proof *p, int folder, const struct cms_authority *by)
{
	enum cms_verdict verdict;
	struct cms_signer signer;
	struct cms_why why;
	uint8_t *der;
	size_t der_len;
	int rc = stickfile_whole(folder, MANIFEST_SIGNATURE, STICKFILE_MOST, &der, &der_len);

	if (rc)
		return fails(p, MANIFEST_SIGNATURE, strerror(-rc));
	verdict = cms_verify(by, p->sums, p->sums_len, der, der_len, &signer, &why);
	free(der);
	if (verdict != CMS_GOOD)
		return fails(p, MANIFEST_SIGNATURE, why.text);
	if (strcmp(signer.name, p->manifest.station) != 0)
		return fails(p, MANIFEST_SIGNATURE,
			     "another station signed it than the one it is of");
	return true;
}

bool stick_proof_sum(const struct stick_proof *p, size_t *at, struct manifest_sum *out)
{
	const char *sums = (const char *)p->sums;
	bool found = false;

	while (*at < p->sums_len && !found) {
		const char *lf = memchr(sums + *at, '\n', p->sums_len - *at);
		size_t n = lf ? (size_t)(lf - (sums + *at)) : p->sums_len - *at;

		found = manifest_sum_read(sums + *at, n, out);
		*at += n + 1;
	}
	return found;
}

/* A file is in the sums, and as they say. */
static bool sum_look(struct stick_proof *p, const char *name, const uint8_t own[STICKFILE_SUM])
{
	struct manifest_sum s;

	for (size_t at = 0; stick_proof_sum(p, &at, &s);)
		if (strcmp(s.name, name) == 0)
			return memcmp(own, s.sum, sizeof(s.sum)) == 0 ||
			       fails(p, name, "it was changed");
	return fails(p, name, "it is not in " MANIFEST_SUMS);
}

/* Bytes of as many lines as the manifest, which is proved by now, says. */
static uint64_t events_most(const struct manifest *m)
{
	uint64_t lines = m->last >= m->first ? m->last - m->first + 1 : 0;

	return lines < MOST_EVENTS / (EVENT_LINE_MAX + 1) ? lines * (EVENT_LINE_MAX + 1)
							  : MOST_EVENTS;
}

static bool events_look(struct stick_proof *p, int folder, int copy)
{
	uint8_t own[STICKFILE_SUM];
	int fd = stickfile_open(folder, MANIFEST_EVENTS), rc = fd;

	if (fd >= 0) {
		rc = stickfile_copy(fd, copy, events_most(&p->manifest), own);
		(void)close(fd);
	}
	if (rc >= 0 && lseek(copy, 0, SEEK_SET) < 0)
		rc = -errno;
	if (rc < 0)
		return fails(p, MANIFEST_EVENTS, strerror(-rc));
	return sum_look(p, MANIFEST_EVENTS, own);
}

bool stick_proof_look(struct stick_proof *p, int folder, const struct cms_authority *by, int copy)
{
	uint8_t own[STICKFILE_SUM];
	int rc;

	memset(p, 0, sizeof(*p));
	rc = stickfile_whole(folder, MANIFEST_SUMS, STICKFILE_MOST, &p->sums, &p->sums_len);
	if (rc)
		return fails(p, MANIFEST_SUMS, strerror(-rc));
	return manifest_look(p, folder, own) && signature_look(p, folder, by) &&
	       sum_look(p, MANIFEST_FILE, own) && events_look(p, folder, copy);
}

void stick_proof_end(struct stick_proof *p)
{
	free(p->sums);
	p->sums = NULL;
}

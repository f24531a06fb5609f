/* stick_proof.c - whether an export is what its signature says (stick_proof.h). */
#include "stick_proof.h"
#include "io/cms.h"
#include "io/stickfile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MANIFEST  "manifest.json"
#define SIGNATURE "SHA256SUMS.p7s"
#define MOST	  (16u << 20) /* bytes of sums and signature */

static bool fails(struct stick_proof *p, const char *what, const char *why)
{
	(void)snprintf(p->why, sizeof(p->why), "%s: %s", what, why);
	return false;
}

static bool manifest_look(struct stick_proof *p, int folder)
{
	enum manifest_fault fault;
	uint8_t *json;
	size_t len;
	int rc = stickfile_whole(folder, MANIFEST, MANIFEST_MAX, &json, &len);

	if (rc)
		return fails(p, MANIFEST, strerror(-rc));
	fault = manifest_read((const char *)json, len, &p->manifest);
	free(json);
	return fault == MANIFEST_OK || fails(p, MANIFEST, manifest_fault_text(fault));
}

static bool signature_look(struct stick_proof *p, int folder, const char *ca, const uint8_t *sums,
			   size_t len)
{
	enum cms_verdict verdict;
	struct cms_signer signer;
	struct cms_why why;
	uint8_t *der;
	size_t der_len;
	int rc = stickfile_whole(folder, SIGNATURE, MOST, &der, &der_len);

	if (rc)
		return fails(p, SIGNATURE, strerror(-rc));
	verdict = cms_verify(ca, sums, len, der, der_len, &signer, &why);
	free(der);
	if (verdict != CMS_GOOD)
		return fails(p, SIGNATURE, why.text);
	if (strcmp(signer.name, p->manifest.station) != 0)
		return fails(p, SIGNATURE, "another station signed it than the one it is of");
	return true;
}

/* Each of the two files is in the sums, and as they say. */
static bool file_look(struct stick_proof *p, int folder, const char *name, const char *sums,
		      size_t len)
{
	uint8_t own[STICKFILE_SUM];
	struct manifest_sum s;
	bool found = false;
	int fd = stickfile_open(folder, name), rc = fd;

	if (fd >= 0) {
		rc = stickfile_hash(fd, own);
		(void)close(fd);
	}
	if (rc < 0)
		return fails(p, name, strerror(-rc));
	for (size_t at = 0; at < len && !found;) {
		const char *lf = memchr(sums + at, '\n', len - at);
		size_t n = lf ? (size_t)(lf - (sums + at)) : len - at;

		found = manifest_sum_read(sums + at, n, &s) && strcmp(s.name, name) == 0;
		at += n + 1;
	}
	if (!found)
		return fails(p, name, "it is not in " STICK_PROOF_SUMS);
	return memcmp(own, s.sum, sizeof(own)) == 0 || fails(p, name, "it was changed");
}

bool stick_proof_look(struct stick_proof *p, int folder, const char *ca)
{
	uint8_t *sums;
	size_t len;
	bool good;
	int rc;

	memset(p, 0, sizeof(*p));
	rc = stickfile_whole(folder, STICK_PROOF_SUMS, MOST, &sums, &len);
	if (rc)
		return fails(p, STICK_PROOF_SUMS, strerror(-rc));
	good = manifest_look(p, folder) && signature_look(p, folder, ca, sums, len) &&
	       file_look(p, folder, MANIFEST, (const char *)sums, len) &&
	       file_look(p, folder, STICK_PROOF_EVENTS, (const char *)sums, len);
	free(sums);
	return good;
}

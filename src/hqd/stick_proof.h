/* stick_proof.h - whether an export is what its signature says, and whose. */
#ifndef HQD_STICK_PROOF_H
#define HQD_STICK_PROOF_H
#include "io/cms.h"
#include "station/manifest.h"

struct stick_proof {
	struct manifest manifest;
	uint8_t *sums; /* of all files, owned; what the signature is of */
	size_t sums_len;
	char why[256]; /* it does not hold */
};

/* Signature by a station of this authority, its name, and the sums of manifest and events. The
 * chain is the intake's to verify. The stick is asked once: what was proved of the events lies in
 * `copy` then, an empty file of ours, from its beginning on. */
bool stick_proof_look(struct stick_proof *p, int folder, const struct cms_authority *by, int copy);
/* The next file that the sums name, from *at on, which begins at 0. False: there is none. */
bool stick_proof_sum(const struct stick_proof *p, size_t *at, struct manifest_sum *out);
void stick_proof_end(struct stick_proof *p); /* also of what does not hold */
#endif

/* stick_proof.h - whether an export is what its signature says, and whose. */
#ifndef HQD_STICK_PROOF_H
#define HQD_STICK_PROOF_H
#include "station/manifest.h"

struct stick_proof {
	struct manifest manifest;
	char why[256]; /* it does not hold */
};

/* Signature by a station of this authority, its name, and the sums of manifest and events. The
 * chain is the intake's to verify. The stick is asked once: what was proved of the events lies in
 * `copy` then, an empty file of ours, from its beginning on. */
bool stick_proof_look(struct stick_proof *p, int folder, const char *ca, int copy);
#endif

/* verify_export.c - proves an export from its folder alone: sums, signature, chain, and that the
 * chain is the one that the manifest tells of. Anybody may have written the stick: nothing in it is
 * followed, and what is read of it is bounded. */
#include "verify.h"
#include "clean.h"
#include "ctl.h"
#include "verify_folder.h"
#include "io/cms.h"
#include "io/stickfile.h"
#include "station/manifest.h"
#include "station/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct proof {
	struct verify_folder folder;
	const char *ca;
	const struct verify_mark *mark;
	size_t marks;
	struct manifest manifest;
	struct verify chain;
	struct cms_signer signer;
	bool is_signed; /* by somebody, and it fits */
};

/* --- the manifest --- */

static void look_at_manifest(struct proof *p)
{
	uint8_t *json;
	size_t len;
	enum manifest_fault fault;

	if (!verify_folder_read(&p->folder, MANIFEST_FILE, MANIFEST_MAX, &json, &len))
		return;
	fault = manifest_read((const char *)json, len, &p->manifest);
	free(json);
	if (fault != MANIFEST_OK)
		verify_folder_wrong(&p->folder, MANIFEST_FILE ": %s", manifest_fault_text(fault));
	p->folder.has_manifest = fault == MANIFEST_OK;
}

/* --- the signature --- */

static void judge(struct proof *p, enum cms_verdict verdict, const struct cms_why *why)
{
	switch (verdict) {
	case CMS_GOOD:
		p->is_signed = true;
		break;
	case CMS_BROKEN:
		verify_folder_wrong(&p->folder, MANIFEST_SIGNATURE ": %s", why->text);
		break;
	case CMS_FOREIGN:
		verify_folder_wrong(&p->folder, MANIFEST_SIGNATURE ": foreign signer %s: %s",
				    p->signer.name[0] ? p->signer.name : "without a name",
				    why->text);
		break;
	case CMS_CANT:
		verify_folder_wrong(&p->folder, "the authority %s: %s", p->ca, why->text);
		break;
	}
}

static void look_at_signature(struct proof *p, const uint8_t *sums, size_t len)
{
	const struct cms_authority by = {.ca_file = p->ca};
	struct cms_why why;
	uint8_t *der;
	size_t der_len;

	if (!stickfile_has(p->folder.fd, MANIFEST_SIGNATURE)) {
		if (p->folder.has_manifest && p->manifest.is_signed)
			verify_folder_wrong(&p->folder, "missing: " MANIFEST_SIGNATURE);
		else if (p->ca)
			verify_folder_wrong(&p->folder, "it is not signed");
		return;
	}
	if (!verify_folder_read(&p->folder, MANIFEST_SIGNATURE, STICKFILE_MOST, &der, &der_len))
		return;
	judge(p, cms_verify(p->ca ? &by : NULL, sums, len, der, der_len, &p->signer, &why), &why);
	free(der);
	if (p->is_signed && p->folder.has_manifest &&
	    strcmp(p->signer.name, p->manifest.station) != 0)
		verify_folder_wrong(&p->folder,
				    MANIFEST_SIGNATURE
				    ": foreign signer: %s signed what says that it is of "
				    "station %s",
				    p->signer.name, p->manifest.station);
}

/* --- the chain --- */

static void differs(struct proof *p, const char *what)
{
	verify_folder_wrong(&p->folder, MANIFEST_EVENTS ": %s is not as the manifest says", what);
}

static void hold_against_manifest(struct proof *p)
{
	const struct manifest *m = &p->manifest;
	const struct verify *v = &p->chain;

	if (v->events == 0) {
		if (m->last >= m->first)
			verify_folder_wrong(
				&p->folder, MANIFEST_EVENTS ": events %llu to %llu are missing",
				(unsigned long long)m->first, (unsigned long long)m->last);
		else if (memcmp(m->prev, m->head, EVENT_HASH) != 0)
			verify_folder_wrong(&p->folder, MANIFEST_FILE ": prev and head differ");
		return;
	}
	if (strcmp(v->chain.journal, m->journal) != 0)
		differs(p, "the journal");
	if (v->first > m->first)
		verify_folder_wrong(&p->folder,
				    MANIFEST_EVENTS
				    ": missing at the beginning: events %llu to %llu",
				    (unsigned long long)m->first, (unsigned long long)v->first - 1);
	else if (v->first < m->first)
		differs(p, "the first event");
	else if (memcmp(v->prev, m->prev, EVENT_HASH) != 0)
		verify_folder_wrong(&p->folder,
				    MANIFEST_EVENTS ": event %llu was changed: it does not "
						    "follow the one that the manifest names",
				    (unsigned long long)v->first);
	if (v->chain.seq < m->last)
		verify_folder_wrong(
			&p->folder, MANIFEST_EVENTS ": missing at the end: events %llu to %llu",
			(unsigned long long)v->chain.seq + 1, (unsigned long long)m->last);
	else if (v->chain.seq > m->last)
		differs(p, "the last event");
	else if (memcmp(v->chain.head, m->head, EVENT_HASH) != 0)
		verify_folder_wrong(&p->folder, MANIFEST_EVENTS ": event %llu was changed",
				    (unsigned long long)v->chain.seq);
}

static void look_at_events(struct proof *p)
{
	int fd = verify_folder_file(&p->folder, MANIFEST_EVENTS), rc;

	if (fd < 0)
		return; /* told by the sums, or missing there */
	verify_begin(&p->chain);
	p->chain.mark = p->mark;
	p->chain.marks = p->marks;
	rc = verify_file(&p->chain, fd);
	if (rc) {
		verify_folder_wrong(&p->folder, MANIFEST_EVENTS ": can't be read: %s",
				    strerror(-rc));
	} else if (p->chain.broken) {
		p->folder.wrong++;
		verify_file_why(&p->chain, fd, p->folder.has_manifest ? p->manifest.head : NULL);
	} else if (p->folder.has_manifest) {
		hold_against_manifest(p);
	}
	if (p->chain.parted)
		verify_folder_wrong(
			&p->folder, MANIFEST_EVENTS ": event %llu is not the one that %s has",
			(unsigned long long)p->chain.parted->seq, p->chain.parted->whose);
	(void)close(fd);
}

/* --- the whole --- */

static int result(const struct proof *p)
{
	const struct manifest *m = &p->manifest;
	char hex[2 * EVENT_HASH + 1];
	struct text t = text_over(hex, sizeof(hex));

	if (p->folder.wrong) {
		ctl_error("this export does not hold; keep it as it is");
		return CTL_WRONG;
	}
	text_hex(&t, m->head, EVENT_HASH);
	printf("ok: export of ");
	clean_puts(stdout, m->station);
	printf(", %llu events", (unsigned long long)p->chain.events);
	if (p->chain.events)
		printf(", seq %llu to %llu", (unsigned long long)m->first,
		       (unsigned long long)m->last);
	printf(", journal %s, head %s\n", m->journal, hex);
	if (!p->is_signed)
		printf("not signed: who wrote it is not proved\n");
	else if (!p->ca)
		printf("signed, but by whom is not proved: name the authority with --ca FILE\n");
	else
		printf("signed by %s\n", m->station);
	return CTL_FINE;
}

int verify_export(const char *path, int folder, const char *ca, const struct verify_mark *mark,
		  size_t marks)
{
	static struct proof p;
	uint8_t *sums = NULL;
	size_t len = 0;

	p = (struct proof){.ca = ca, .mark = mark, .marks = marks};
	verify_folder_begin(&p.folder, folder);
	if (stickfile_has(folder, MANIFEST_SEALED)) {
		ctl_error("%s is encrypted: its reader opens it with 'openssl cms -decrypt', see "
			  "station-export(8), and verifies what comes out",
			  path);
		return CTL_GONE;
	}
	look_at_manifest(&p);
	if (verify_folder_read(&p.folder, MANIFEST_SUMS, STICKFILE_MOST, &sums, &len)) {
		look_at_signature(&p, sums, len);
		verify_folder_sums(&p.folder, (const char *)sums, len);
		if (!verify_folder_listed(&p.folder, MANIFEST_FILE))
			verify_folder_wrong(&p.folder,
					    MANIFEST_SUMS ": " MANIFEST_FILE " is not in it");
		if (!verify_folder_listed(&p.folder, MANIFEST_EVENTS))
			verify_folder_wrong(&p.folder,
					    MANIFEST_SUMS ": " MANIFEST_EVENTS " is not in it");
		verify_folder_extra(&p.folder);
	}
	look_at_events(&p);
	free(sums);
	verify_folder_end(&p.folder);
	return result(&p);
}

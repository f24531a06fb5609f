/* certificates.c - how long the station's certificate and headquarters' are good for (F14): told in
 * the log once a change, in the status, and by LINK. Looked at when the line has something to tell;
 * no timer waits for it. */
#include "io/certificate.h"
#include "io/log.h"
#include "station.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const char *const whose[STATION_CERTIFICATES] = {"this station's certificate",
							"headquarters' certificate"};

/* Read again only when the file is another one: it is replaced by renewal while we run. */
static void read_own(struct station *s)
{
	struct station_certificates *c = &s->certificates;
	const char *path = s->settings.hq.cert_file;
	struct stat st;

	if (stat(path, &st) != 0)
		st = (struct stat){0};
	if (c->looked && st.st_ino == c->file.st_ino && st.st_size == c->file.st_size &&
	    st.st_mtim.tv_sec == c->file.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == c->file.st_mtim.tv_nsec)
		return;
	c->looked = true;
	c->file = st;
	/* What can't be read, the line tells when it tries to use it. */
	if (certificate_read(path, &c->is[STATION_CERTIFICATE_OWN]) != 0)
		c->is[STATION_CERTIFICATE_OWN] = (struct expiry){0};
}

static void log_state(const struct station *s, int which, enum expiry_state state)
{
	const struct expiry *e = &s->certificates.is[which];
	long long days = expiry_days(e, s->now.wall_ms);
	char until[25];
	struct text t = text_over(until, sizeof(until));
	const char *clock = s->now.trusted ? "" : ", by a clock that no time source has set";

	text_time(&t, e->until_ms);
	switch (state) {
	case EXPIRY_UNKNOWN:
		break;
	case EXPIRY_GOOD:
		log_write(LOG_LEVEL_NOTICE, LOG_CERTIFICATE, "%s is good until %s", whose[which],
			  until);
		break;
	case EXPIRY_SOON:
		log_write(LOG_LEVEL_WARNING, LOG_CERTIFICATE, "%s ends in %lld days (%s)%s",
			  whose[which], days, until, clock);
		break;
	case EXPIRY_URGENT:
		log_write(LOG_LEVEL_ERROR, LOG_CERTIFICATE,
			  "%s ends in %lld days (%s): renew it now%s", whose[which], days, until,
			  clock);
		break;
	case EXPIRY_OVER:
		log_write(LOG_LEVEL_ERROR, LOG_CERTIFICATE,
			  "%s has expired (%s); inspections go on and are kept here%s",
			  whose[which], until, clock);
		break;
	}
}

void certificates_look(struct station *s)
{
	struct station_certificates *c = &s->certificates;

	if (!s->settings.hq.url[0])
		return;
	read_own(s);
	c->is[STATION_CERTIFICATE_SERVER] = s->line.state.server;
	c->urgent = false;
	for (int i = 0; i < STATION_CERTIFICATES; i++) {
		enum expiry_state state = expiry_state(&c->is[i], s->now.wall_ms);

		c->urgent = c->urgent || state == EXPIRY_URGENT || state == EXPIRY_OVER;
		if (state == c->told[i])
			continue;
		if (state != EXPIRY_GOOD || c->told[i] != EXPIRY_UNKNOWN)
			log_state(s, i, state);
		c->told[i] = state;
	}
	/* A wrong clock makes any certificate old; a handshake that fails by it is the line's. */
	c->urgent = c->urgent && s->now.trusted;
}

/* uplink.h - the HTTPS line to headquarters (libcurl's multi interface on the station's loop):
 * sends the journal's events, fetches the list of expected returns. What to do when is sync.h's
 * business. */
#ifndef IO_UPLINK_H
#define IO_UPLINK_H
#include "loop.h"
#include "station/expiry.h"
#include "station/parcel.h"
#include "station/photosync.h"
#include "station/sync.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uplink;

#define UPLINK_PAGE_BYTES  262144  /* of lines in one request, before gzip; one event always fits */
#define UPLINK_REPLY_BYTES 65536   /* of a reply to events; more is no reply */
#define UPLINK_LIST_BYTES  1048576 /* of a page of the expected list */
#define UPLINK_CURSOR	   65

struct uplink_config {			  /* copied */
	const char *url;		  /* https://host[:port], no path */
	const char *ca_file;		  /* "" = the system's */
	const char *cert_file, *key_file; /* client certificate, PEM */
	const char *crl_file;		  /* "" = none; PEM */
	const char *proxy;    /* "" = as the environment says (https_proxy); "none" = no proxy */
	const char *software; /* version for User-Agent */
	uint64_t poll_ms;     /* the list of expected returns is asked for this often; 0 = never */
	uint64_t timeout_ms;  /* without a byte: 30000 by default */
	struct sync_config sync;
};

/* One page of lines for a request, each ending in LF. */
struct uplink_page {
	char *lines; /* UPLINK_PAGE_BYTES + EVENT_LINE_MAX + 1 bytes, the uplink's */
	size_t len;
	uint64_t from, to;	  /* 0, 0: nothing there */
	uint8_t hash[EVENT_HASH]; /* of `to` */
};

/* Where events come from. Called on the uplink's own thread only, never two at once; may block. */
struct uplink_source {
	/* Events from `from` on, at most count and UPLINK_PAGE_BYTES (one always). 0 or -errno. */
	int (*page)(void *user, uint64_t from, uint32_t count, struct uplink_page *page);
	/* Hash of one event (or of the anchor). -ENOENT: there is none. */
	int (*hash)(void *user, uint64_t seq, uint8_t hash[EVENT_HASH]);
	/* Photos; all NULL: there are none. The oldest that is not delivered and that skip() does
	 * not pass by: 0, -ENOENT: none, or -errno. */
	int (*photo)(void *user, bool (*skip)(void *user, const char *sha256), void *skip_user,
		     char sha256[PHOTOSYNC_HASH + 1], uint64_t *bytes);
	/* len bytes of it. 0, -ENOENT: it is gone, or -errno. */
	int (*photo_read)(void *user, const char *sha256, uint64_t from, void *buf, size_t len);
	int (*photo_delivered)(void *user, const char *sha256); /* 0 or -errno */
	int (*photo_again)(void *user); /* those that were delivered are not any more */
	void (*close)(void *user);	/* the last call; may be NULL */
	void *user;
};

struct uplink_state { /* for status; a copy */
	enum sync_line line;
	char why[160]; /* for a person, "" when all is well: "certificate expired: hq.example" */
	uint64_t acked;
	int64_t last_ok_ms; /* wall time of the last good answer, 0 = none yet */
	uint64_t next_ms;   /* monotonic time of the next try, MOMENT_NEVER = waits for events */
	struct expiry
		server; /* the certificate that headquarters showed last; until 0 = none yet */
	uint64_t photos_moved; /* changes when there are more or fewer that wait */
	uint32_t photos_aside; /* photos that headquarters would not have; tried again later */
	char photos_why[160];  /* why none, or the last one, went; "" = all is well */
};

struct uplink_returns { /* one page of the list; valid during the call */
	const struct parcel_row *row;
	size_t rows;
	const char (*gone)[LABEL_MAX + 1]; /* RMAs that are no longer expected */
	size_t gones;
	bool reset;	    /* this page begins a whole new list */
	bool more;	    /* another page follows */
	const char *cursor; /* to be stored with it */
};

/* All on the loop's thread. */
struct uplink_calls {
	void (*acked)(void *user, uint64_t seq); /* keep it */
	void (*fork)(void *user);		 /* seal the journal, then uplink_begin */
	void (*changed)(void *user);		 /* uplink_state() says something new */
	/* A page of the list: store it, then uplink_returned(). */
	void (*returns)(void *user, const struct uplink_returns *page);
	void *user;
};

int __attribute__((warn_unused_result))
uplink_open(struct uplink **out, struct loop *loop, const struct uplink_config *config,
	    const struct uplink_source *source, const struct uplink_calls *calls);
/* A journal to send, by its UUID; cursor: of the list that is stored ("" = none). */
void uplink_begin(struct uplink *u, const char *journal, uint64_t acked, uint64_t anchor,
		  uint64_t head, const char *cursor);
void uplink_head(struct uplink *u, uint64_t head);     /* cheap: call after every append */
void uplink_photo(struct uplink *u);		       /* there is another one to send */
void uplink_anchor(struct uplink *u, uint64_t anchor); /* retention moved it */
void uplink_proved(struct uplink *u, uint64_t acked);  /* headquarters has so many, by a stick */
void uplink_returned(struct uplink *u, bool stored);   /* answer to calls.returns */
/* Tries at once, over a new connection and with the certificates as they are on disk now; a request
 * that is under way comes to its end first, and a wait that its reply asks for does not count. */
void uplink_retry(struct uplink *u);
void uplink_state(const struct uplink *u, struct uplink_state *out);
void uplink_close(struct uplink *u); /* gives up what is in flight; NULL is fine */

/* --- replies --- */
/* An HTTP reply to events: status, the JSON body (duplicate keys, floats, more than
 * UPLINK_REPLY_BYTES refused), Retry-After's value (seconds or an HTTP date against now_ms, "" =
 * none). Never fails: what can't be understood is SYNC_NONSENSE (2xx) or what its status says. */
struct sync_answer uplink_reply_events(long status, const char *body, size_t len,
				       const char *retry_after, int64_t now_ms);
/* The same of a reply to a photo, or to a piece of one. */
struct photosync_answer uplink_reply_photo(long status, const char *body, size_t len,
					   const char *retry_after, int64_t now_ms);
/* What a problem (application/problem+json) tells a person, without control characters; "" when it
 * is none. */
void uplink_reply_detail(const char *body, size_t len, char *out, size_t cap);
#endif

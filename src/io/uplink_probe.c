/* uplink_probe.c - one question to headquarters, through the same TLS, proxy and files as the
 * station's line (uplink_probe.h). */
#include "uplink_probe.h"
#include "uplink_line.h"
#include "uplink_list.h"
#include <stdio.h>

struct probe {
	struct loop *loop;
	struct uplink_probe *out;
};

static void read_page(struct uplink_probe *out, const struct uplink_response *r)
{
	struct uplink_list page;

	out->good = uplink_list_read(&page, r->body ? r->body : "", r->len);
	out->kind = out->good ? SYNC_ACKED : SYNC_NONSENSE;
	out->returns = page.rows;
	out->more = page.more;
	if (!out->good)
		(void)snprintf(out->why, sizeof(out->why),
			       "the list of expected returns makes no sense: %.120s", page.why);
	uplink_list_free(&page);
}

static void on_done(void *user, struct uplink_response *r)
{
	struct probe *p = user;

	p->out->status = r->replied ? r->status : 0;
	if (r->replied && r->status == 200) {
		read_page(p->out, r);
	} else {
		p->out->kind = r->kind;
		if (r->replied)
			p->out->kind = uplink_reply_events(r->status, NULL, 0, r->retry_after,
							   loop_moment(p->loop).wall_ms)
					       .kind;
		uplink_line_why(r, p->out->kind, p->out->why, sizeof(p->out->why));
	}
	loop_quit(p->loop);
}

int uplink_probe(const struct uplink_config *config, struct uplink_probe *out)
{
	const struct uplink_request request = {.path = "/v1/expected",
					       .reply_max = UPLINK_LIST_BYTES};
	struct probe p = {.out = out};
	struct uplink_curl *curl = NULL;
	uint64_t begun;
	int r = loop_open(&p.loop);

	*out = (struct uplink_probe){.kind = SYNC_LINE};
	if (r < 0)
		return r;
	r = uplink_curl_open(&curl, p.loop, config, on_done, &p);
	if (r == 0) {
		begun = loop_moment(p.loop).mono_ms;
		uplink_curl_start(curl, &request);
		r = loop_run(p.loop);
		out->took_ms = loop_moment(p.loop).mono_ms - begun;
		out->server = uplink_curl_server(curl);
	}
	uplink_curl_close(curl);
	loop_close(p.loop);
	return r;
}

/* ctl_token.c - stationctl token: leave to export at a site, onto a stick. Works without a station.
 */
#include "ctl.h"
#include "io/cms.h"
#include "io/stickfile.h"
#include "station/slip.h"
#include "station/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAYS	 30
#define DAYS_MAX 3650
#define DAY_S	 86400

enum token_option { TOKEN_CERT, TOKEN_KEY, TOKEN_DAYS, TOKEN_SITE, TOKEN_OPTIONS };

static const struct args_option token_options[TOKEN_OPTIONS] = {
	[TOKEN_CERT] = {"cert", "PEM", "the supervisor's certificate", 0},
	[TOKEN_KEY] = {"key", "PEM", "its private key", 0},
	[TOKEN_DAYS] = {"days", "N", "how long it is good for, 1 to 3650 (30)", 0},
	[TOKEN_SITE] = {"site", "NAME", "the site's name, instead of the settings' one", 0},
};

/* As [site] name has it: another one would fit no station. */
static bool site_fits(const char *site)
{
	static const char known[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t len = strlen(site);

	return len >= 2 && len <= 8 && strspn(site, known) == len;
}

static bool token_make(struct ctl *ctl, struct slip_token *token)
{
	const char *site = ctl->own.value[TOKEN_SITE], *days = ctl->own.value[TOKEN_DAYS];
	struct text until = text_over(token->until, sizeof(token->until));
	uint64_t n = DAYS;

	if (days && (!text_read_u64(days, strlen(days), DAYS_MAX, &n) || n == 0)) {
		ctl_error("--days takes 1 to %d, not '%s'", DAYS_MAX, days);
		return false;
	}
	if (!site && !ctl_settings(ctl))
		return false;
	if (!site)
		site = ctl->settings.labels.site;
	if (!site_fits(site) || !text_copy(token->site, sizeof(token->site), site)) {
		ctl_error("which site? --site takes its name as it stands in the settings: 2 to 8 "
			  "capital letters and digits");
		return false;
	}
	text_time(&until, ((int64_t)time(NULL) + (int64_t)n * DAY_S) * 1000);
	return true;
}

/* The signature first: pulled out in between, the two do not fit, and that is seen. */
static int token_put(const char *dir, const char *json, size_t len, const uint8_t *der,
		     size_t der_len)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = stickfile_put(fd, SLIP_TOKEN SLIP_SIGNATURE, der, der_len);
	if (!rc)
		rc = stickfile_put(fd, SLIP_TOKEN, json, len);
	(void)close(fd);
	return rc;
}

static int token_run(struct ctl *ctl)
{
	const char *cert = ctl->own.value[TOKEN_CERT], *key = ctl->own.value[TOKEN_KEY];
	const char *dir = ctl->words.word[0];
	struct slip_token token = {.site = ""};
	char json[SLIP_TOKEN_MAX];
	struct text t = text_over(json, sizeof(json));
	struct cms_why why;
	uint8_t *der = NULL;
	size_t der_len;
	int rc;

	if (!cert || !key) {
		ctl_error("%s is missing", cert ? "--key" : "--cert");
		return CTL_USAGE;
	}
	if (!token_make(ctl, &token))
		return CTL_USAGE;
	slip_token_write(&t, &token);
	rc = cms_sign(cert, key, json, t.len, &der, &der_len, &why);
	if (rc)
		ctl_error("%s", why.text[0] ? why.text : strerror(-rc));
	else if ((rc = token_put(dir, json, t.len, der, der_len)) != 0)
		ctl_error("%s: %s", dir, strerror(-rc));
	free(der);
	if (rc)
		return CTL_GONE;
	(void)printf("%s/" SLIP_TOKEN ": exports at %s until %s\n", dir, token.site, token.until);
	return ctl_flush(CTL_FINE);
}

const struct ctl_command ctl_token = {
	.name = "token",
	.usage = "--cert PEM --key PEM [--days N] [--site NAME] FOLDER",
	.summary = "sign leave to export onto a stick, for benches with [export] who = key",
	.options = {token_options, TOKEN_OPTIONS},
	.words_least = 1,
	.words_most = 1,
	.run = token_run,
};

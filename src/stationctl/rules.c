/* rules.c - by what labels are made and known (rules.h). */
#include "rules.h"
#include "station/text.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool rules_site(struct label_rules *rules, const char *command, const char *site)
{
	size_t len = strlen(site);

	if (len < 2 || len > 8 || strspn(site, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != len) {
		ctl_error("%s: --site '%s': wanted are 2 to 8 capital letters and digits", command,
			  site);
		return false;
	}
	return text_copy(rules->site, sizeof(rules->site), site);
}

static bool rules_key(struct label_rules *rules, const char *command, const char *path)
{
	char buf[4096];
	FILE *f = fopen(path, "rbe");
	size_t len;

	if (!f) {
		ctl_error("%s: can't read %s: %s", command, path, strerror(errno));
		return false;
	}
	len = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	rules->has_key = settings_key(buf, len, rules->key);
	if (!rules->has_key)
		ctl_error("%s: %s holds no site key; wanted are 64 hex digits", command, path);
	return rules->has_key;
}

int rules_read(struct ctl *ctl, const char *command, const char *site, const char *key)
{
	struct label_rules *rules = &ctl->settings.labels;

	if (!ctl_settings(ctl))
		return CTL_GONE;
	if (site && !rules_site(rules, command, site))
		return CTL_USAGE;
	if (key && !rules_key(rules, command, key))
		return CTL_GONE;
	return CTL_FINE;
}

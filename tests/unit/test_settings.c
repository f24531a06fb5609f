/* test_settings.c - the reader of settings: values, and what it says of mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "settings_fixture.h"
#include "station/symbology.h"
#include "station/text.h"

static void accept(struct settings *s, const char *text)
{
	struct settings_reader r;
	struct settings_error error;

	settings_reader_init(&r, s, "station.conf");
	if (!settings_read(&r, text, &error))
		fail_msg("%s", error.text);
}

static struct settings settings_of(const char *text)
{
	struct settings s;

	settings_defaults(&s);
	accept(&s, text);
	return s;
}

/* The message is exactly this. */
static void refuse(const char *text, const char *message)
{
	struct settings s;
	struct settings_reader r;
	struct settings_error error;

	settings_defaults(&s);
	settings_reader_init(&r, &s, "station.conf");
	assert_false(settings_read(&r, text, &error));
	assert_string_equal(error.text, message);
}

static void refuse_finish(const char *text, const char *message)
{
	struct settings s = settings_of(text);
	struct settings_error error = {0};

	assert_false(settings_finish(&s, "station.conf", &error));
	assert_string_equal(error.text, message);
}

static void test_defaults(void **state)
{
	struct settings s = settings_of("[station]\nname = bench-1\n[site]\nname = S1\n");
	struct settings_error error;
	(void)state;

	assert_true(settings_finish(&s, "station.conf", &error));
	assert_string_equal(s.station, "bench-1");
	assert_string_equal(s.board, "");
	assert_string_equal(s.state_dir, "/var/lib/station");
	assert_string_equal(s.runtime_dir, "/run/station");
	assert_string_equal(s.timezone, "UTC");
	assert_string_equal(s.key_file, "");
	assert_string_equal(s.labels.site, "S1");
	assert_false(s.labels.has_key);
	assert_int_equal(s.labels.rma_rule, CHECK_MOD37_36);
	assert_string_equal(s.rma_shape, "R%w{3}%d{7}%c");
	size_t check_at;
	assert_true(shape_fits(&s.labels.rma, "R0010000001X", 12, &check_at));
	assert_int_equal(s.repeat_ms, 500);
	assert_int_equal(s.hold_s, 10);
	assert_int_equal(s.unknown, SETTINGS_UNKNOWN_CONFIRM);
	assert_int_equal(s.question_s, 60);
	assert_int_equal(s.remind_s, 600);
	assert_int_equal(s.receiving_s, 300);
	assert_int_equal(s.deadline_h, 48);
	assert_string_equal(s.expected_file, "");
	assert_string_equal(s.hq.url, "");
	assert_int_equal(s.hq.poll_s, 60);
	assert_int_equal(s.retain_days, 90);
	assert_int_equal(s.inspectors, SETTINGS_NO);
	assert_int_equal(s.scanners, 0);
}

static void test_every_key(void **state)
{
	struct settings_error error;
	struct settings s = settings_of(
		"# a comment\n; another\n  # indented\n\n"
		"[station]\nname=B.1_x-y\nboard = sim\nstate_dir = /a b\nruntime_dir=/r\n"
		"[ site ]\nname = AB12CD34\ntimezone = America/Argentina/Buenos_Aires\n"
		"key_file = /etc/key\n"
		"[labels]\nrma_shape = RMA-%d{6}\nrma_check = none\nrepeat_ms = 0\n"
		"[inspection]\nhold_s = 3600\nunknown = refuse\nquestion_s = 5\nremind_s = 10\n"
		"receiving_s = 86400\ndeadline_h = 8760\n"
		"[expected]\nfile = /srv/erwartete R\xc3\xbc"
		"ckgaben.csv\n"
		"[scanner front]\ndevice = /dev/serial/by-id/x\nbaud = 115200\nformat = 7E1\n"
		"gap_ms = 10000\n[scanner   back]\t\ndevice = /dev/ttyS0\r\n"
		"[scanner typing]\nkind = hid\ndevice = /dev/input/by-id/y\ngs_key = F24\n"
		"symbologies = 2of5  code128 aztec\n");
	(void)state;

	assert_true(settings_finish(&s, "station.conf", &error));
	assert_string_equal(s.station, "B.1_x-y");
	assert_string_equal(s.board, "sim");
	assert_string_equal(s.state_dir, "/a b");
	assert_string_equal(s.runtime_dir, "/r");
	assert_string_equal(s.labels.site, "AB12CD34");
	assert_string_equal(s.timezone, "America/Argentina/Buenos_Aires");
	assert_string_equal(s.key_file, "/etc/key");
	assert_string_equal(s.rma_shape, "RMA-%d{6}");
	assert_int_equal(s.labels.rma.parts, 5);
	assert_int_equal(s.labels.rma_rule, CHECK_NONE);
	assert_int_equal(s.repeat_ms, 0);
	assert_int_equal(s.hold_s, 3600);
	assert_int_equal(s.unknown, SETTINGS_UNKNOWN_REFUSE);
	assert_int_equal(s.question_s, 5);
	assert_int_equal(s.remind_s, 10);
	assert_int_equal(s.receiving_s, 86400);
	assert_int_equal(s.deadline_h, 8760);
	assert_string_equal(s.expected_file, "/srv/erwartete R\xc3\xbc"
					     "ckgaben.csv");
	assert_int_equal(s.scanners, 3);
	assert_string_equal(s.scanner[0].name, "front");
	assert_int_equal(s.scanner[0].kind, SETTINGS_SERIAL);
	assert_string_equal(s.scanner[0].gs_key, "none");
	assert_string_equal(s.scanner[0].device, "/dev/serial/by-id/x");
	assert_int_equal(s.scanner[0].baud, 115200);
	assert_string_equal(s.scanner[0].format, "7E1");
	assert_int_equal(s.scanner[0].gap_ms, 10000);
	assert_string_equal(s.scanner[1].name, "back");
	assert_string_equal(s.scanner[1].device, "/dev/ttyS0");
	assert_int_equal(s.scanner[1].baud, 9600);
	assert_string_equal(s.scanner[1].format, "8N1");
	assert_int_equal(s.scanner[1].gap_ms, 200);
	assert_int_equal(s.scanner[2].kind, SETTINGS_HID);
	assert_string_equal(s.scanner[2].device, "/dev/input/by-id/y");
	assert_string_equal(s.scanner[2].gs_key, "F24");
	assert_int_equal(s.scanner[2].gap_ms, 200);
	assert_int_equal(s.scanner[1].symbologies, 0);
	assert_int_equal(s.scanner[2].symbologies,
			 symbology_bit("R0") | symbology_bit("C1") | symbology_bit("z0"));
	assert_int_equal(symbology_bit("S0"), symbology_bit("R1"));
	assert_int_equal(symbology_bit("X0"), 0);
	assert_int_equal(symbology_bit(""), 0);
}

#define BENCH "[station]\nname = b\n[site]\nname = S1\n"

static void test_headquarters(void **state)
{
	struct settings_error error;
	struct settings s = settings_of(
		BENCH "[headquarters]\nurl = https://hq.example:8443\nca_file = /e/ca.pem\n"
		      "cert_file = /e/b.pem\nkey_file = /e/b.key\ncrl_file = /e/crl.pem\n"
		      "proxy = http://proxy:3128\npoll_s = 0\n[journal]\nretain_days = 0\n"
		      "[report]\ninspectors = yes\n");
	(void)state;

	assert_true(settings_finish(&s, "station.conf", &error));
	assert_string_equal(s.hq.url, "https://hq.example:8443");
	assert_string_equal(s.hq.ca_file, "/e/ca.pem");
	assert_string_equal(s.hq.cert_file, "/e/b.pem");
	assert_string_equal(s.hq.key_file, "/e/b.key");
	assert_string_equal(s.hq.crl_file, "/e/crl.pem");
	assert_string_equal(s.hq.proxy, "http://proxy:3128");
	assert_int_equal(s.hq.poll_s, 0);
	assert_int_equal(s.retain_days, 0);
	assert_int_equal(s.inspectors, SETTINGS_YES);
	assert_string_equal(s.key_file, "");
}

static void test_url(void **state)
{
	static const char *const good[] = {"https://h", "https://10.0.0.1:1", "https://[::1]:65535",
					   "https://[fe80::1]", ""};
	static const char *const bad[] = {"http://h",	   "h",		  "https://",
					  "https://:1",	   "https://h:0", "https://h:65536",
					  "https://h/",	   "https://h/x", "https://u@h",
					  "https://h:",	   "https://-h",  "https://h?x",
					  "HTTPS://h",	   "https://[]",  "https://[::1",
					  "https://a:b:1", "https://.h",  "https://h:1x"};
	char line[128], message[256];
	(void)state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(line, sizeof(line), "[headquarters]\nurl = %s\n", good[i]);
		assert_string_equal(settings_of(line).hq.url, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "[headquarters]\nurl = %s\n", bad[i]);
		snprintf(message, sizeof(message),
			 "station.conf:2: url = '%s': this is https://host or https://host:port, "
			 "without a path",
			 bad[i]);
		refuse(line, message);
	}
	assert_string_equal(settings_of("[headquarters]\nproxy = none\n").hq.proxy, "none");
	refuse("[headquarters]\nproxy = socks\n",
	       "station.conf:2: proxy = 'socks': this is none, http://host or http://host:port");
}

static void test_headquarters_whole(void **state)
{
	(void)state;
	refuse_finish(BENCH "[headquarters]\nurl = https://hq\ncert_file = c\n",
		      "station.conf: [headquarters] has a url, but cert_file or key_file is "
		      "missing: this station's certificate and its key");
	refuse_finish(BENCH "[headquarters]\nurl = https://hq\ncert_file = c\nkey_file = k\n"
			    "[expected]\nfile = x.csv\n",
		      "station.conf: [expected] file and [headquarters] url exclude each other: "
		      "the list comes from headquarters");
	struct settings_error error;
	struct settings s = settings_of(BENCH "[headquarters]\nurl =\nkey_file = k\n"
					      "[expected]\nfile = x.csv\n");
	assert_true(settings_finish(&s, "station.conf", &error));
}

static void test_a_later_line_wins(void **state)
{
	struct settings s = settings_of("[station]\nname = a-long-name\nname = b\nboard = sim\n"
					"[inspection]\nunknown = accept\n"
					"[scanner x]\ndevice = /dev/a\nbaud = 1200\n");
	(void)state;

	/* A drop-in is a file of its own with a reader of its own. */
	accept(&s, "[inspection]\nunknown = confirm\n[station]\nboard =\n"
		   "[scanner x]\ndevice = /dev/b\n");
	assert_string_equal(s.station, "b");
	assert_string_equal(s.board, "");
	assert_int_equal(s.unknown, SETTINGS_UNKNOWN_CONFIRM);
	assert_int_equal(s.scanners, 1);
	assert_string_equal(s.scanner[0].device, "/dev/b");
	assert_int_equal(s.scanner[0].baud, 1200);
}

static void test_unknown_keys(void **state)
{
	(void)state;
	refuse("[inspection]\n\nhold = 5\n",
	       "station.conf:3: unknown key 'hold' in [inspection]; did you mean 'hold_s'?");
	refuse("[station]\nNAME = x\n",
	       "station.conf:2: unknown key 'NAME' in [station]; did you mean 'name'?");
	refuse("[scanner a]\nbauds = 1\n",
	       "station.conf:2: unknown key 'bauds' in [scanner a]; did you mean 'baud'?");
	refuse("[labels]\nhold_s = 5\n",
	       "station.conf:2: unknown key 'hold_s' in [labels]; it belongs in [inspection]");
	refuse("[station]\ndevice = x\n",
	       "station.conf:2: unknown key 'device' in [station]; it belongs in [scanner NAME]");
	refuse("[labels]\ncolour = blue\n",
	       "station.conf:2: unknown key 'colour' in [labels]; its keys are rma_shape, "
	       "rma_check, fnc1 or repeat_ms");
	refuse("[expected]\nzzz = 1\n",
	       "station.conf:2: unknown key 'zzz' in [expected]; its keys are file");
	refuse("name = x\n", "station.conf:1: a key before any section; begin with [station]");
	refuse("[station]\nserial = x\n",
	       "station.conf:2: unknown key 'serial' in [station]; its keys are name, board, "
	       "state_dir or runtime_dir");
}

static void test_unknown_sections(void **state)
{
	(void)state;
	refuse("[inspections]\n",
	       "station.conf:1: unknown section 'inspections'; did you mean 'inspection'?");
	refuse("[scaner front]\n",
	       "station.conf:1: unknown section 'scaner front'; did you mean 'scanner'?");
	refuse("[site one]\n", "station.conf:1: unknown section 'site one'; did you mean 'site'?");
	refuse("[network]\n",
	       "station.conf:1: unknown section 'network'; the sections are "
	       "station, site, labels, inspection, expected, headquarters, journal, report, export, "
	       "scanner");
	refuse("[board]\n",
	       "station.conf:1: unknown section 'board'; the sections are "
	       "station, site, labels, inspection, expected, headquarters, journal, report, export, "
	       "scanner");
	refuse("[]\n",
	       "station.conf:1: unknown section ''; the sections are "
	       "station, site, labels, inspection, expected, headquarters, journal, report, export, "
	       "scanner");
	refuse("[station\n", "station.conf:1: a section line ends with ]");
	refuse("[\n", "station.conf:1: a section line ends with ]");
	refuse("[scanner]\n", "station.conf:1: a scanner's section names it: [scanner NAME], NAME "
			      "being 1 to 32 letters, digits, '.', '_' or '-'");
	refuse("[scanner a b]\n",
	       "station.conf:1: a scanner's section names it: [scanner NAME], NAME "
	       "being 1 to 32 letters, digits, '.', '_' or '-'");
	refuse("[scanner a]\n[scanner b]\n[scanner c]\n[scanner d]\n[scanner a]\n[scanner e]\n",
	       "station.conf:6: there are more than 4 scanners; a station has at most 4");
	refuse("hello\n",
	       "station.conf:1: this is neither [section], key = value, nor a # comment");
	refuse("[station]\n= x\n",
	       "station.conf:2: this is neither [section], key = value, nor a # comment");
}

static void test_bad_values(void **state)
{
	static const char *const numbers[] = {"0", "3601", "-1",  "+5",	 "5s",
					      "",  "1.5",  "0x5", "1 0", "18446744073709551617"};
	char text[128], message[256];
	(void)state;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		snprintf(text, sizeof(text), "[inspection]\nhold_s = %s\n", numbers[i]);
		snprintf(message, sizeof(message),
			 "station.conf:2: hold_s = '%s': this is a whole number from 1 to 3600",
			 numbers[i]);
		refuse(text, message);
	}
	refuse("[inspection]\nunknown = maybe\n",
	       "station.conf:2: unknown = 'maybe': this is accept, confirm or refuse");
	refuse("[labels]\nfnc1 = ~ A\n",
	       "station.conf:2: fnc1 = '~ A': this is what the scanner "
	       "sends for FNC1, such as ~ or <GS>: at most 4 texts of at "
	       "most 8 characters between spaces, no letters or digits alone");
	refuse("[labels]\nrma_check = mod37\n",
	       "station.conf:2: rma_check = 'mod37': this is none, mod37-36, gs1-mod10, upc-e, ups, fedex-12, fedex-34, fedex-ground, "
	       "usps-impb, usps-impb-26, upu-s10, dhl-mod7, dhl-4-9 or dpd");
	refuse("[scanner a]\nformat = 8n1\n",
	       "station.conf:2: format = '8n1': this is 8N1, 7E1, 7O1, 8E1, 8O1, 7N1 or 8N2");
	refuse("[scanner a]\nsymbologies = qr code-128\n",
	       "station.conf:2: symbologies = 'code-128': these are, between spaces, aztec, codabar, "
	       "code11, code39, code93, code128, databar, datamatrix, dotcode, ean, hanxin, itf, "
	       "maxicode, msi, pdf417, qr, telepen or 2of5");
	refuse("[scanner a]\nkind = usb\n",
	       "station.conf:2: kind = 'usb': this is serial, hid or camera");
	for (const char *const *wrong = (const char *const[]){"F0", "F25", "f8", "8", "", NULL};
	     *wrong; wrong++) {
		struct settings s;
		struct settings_reader r;
		struct settings_error error;
		char line[32];

		settings_defaults(&s);
		settings_reader_init(&r, &s, "station.conf");
		assert_true(settings_line(&r, "[scanner a]", 11, &error));
		int len = snprintf(line, sizeof(line), "gs_key = %s", *wrong);
		assert_false(settings_line(&r, line, (size_t)len, &error));
		assert_non_null(strstr(error.text, "': this is none, F1, F2, "));
		assert_non_null(strstr(error.text, "F23 or F24"));
	}
	refuse("[scanner a]\nbaud = 299\n",
	       "station.conf:2: baud = '299': this is a whole number from 300 to 921600");
	refuse("[station]\nname = bench 1\n", "station.conf:2: name = 'bench 1': a name is 1 to 32 "
					      "letters, digits, '.', '_' or '-'");
	refuse("[station]\nname = \"x\"\n",
	       "station.conf:2: name = '\"x\"': a value is written without quotes");
	refuse("[station]\nname = B\xc3\xbchne\n",
	       "station.conf:2: name = 'B\xc3\xbchne': a name is 1 to 32 "
	       "letters, digits, '.', '_' or '-'");
	refuse("[station]\nstate_dir =\n",
	       "station.conf:2: state_dir = '': this is a path and can't be empty");
	refuse("[site]\ntimezone = ../../x\n",
	       "station.conf:2: timezone = '../../x': this is an IANA time zone name such as "
	       "Europe/Berlin or UTC");
	refuse("[station]\nboard = Pi 5\n",
	       "station.conf:2: board = 'Pi 5': this is a board's name, or the path of a board "
	       "file with a slash");
	refuse("[labels]\nrma_shape = R%x\n",
	       "station.conf:2: rma_shape = 'R%x': after % comes d, a, w, c, another % or a bracket");
	refuse("[labels]\nrma_shape =\n", "station.conf:2: rma_shape = '': the shape is empty");
	static const char *const sites[] = {"A", "ABCDEFGHI", "s1", "S-1", ""};
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		snprintf(text, sizeof(text), "[site]\nname = %s\n", sites[i]);
		snprintf(message, sizeof(message),
			 "station.conf:2: name = '%s': a site's name is 2 to 8 capital letters and "
			 "digits",
			 sites[i]);
		refuse(text, message);
	}
}

static void test_a_refused_value_changes_nothing(void **state)
{
	struct settings s = settings_of("[station]\nname = b\n"), before = s;
	struct settings_reader r;
	struct settings_error error;
	(void)state;

	settings_reader_init(&r, &s, "f");
	assert_true(settings_line(&r, "[labels]", 8, &error));
	assert_false(settings_line(&r, "rma_shape = %d%", 15, &error));
	assert_false(settings_line(&r, "rma_check = ?", 13, &error));
	assert_false(settings_line(&r, "repeat_ms = 10001", 17, &error));
	assert_memory_equal(&s, &before, sizeof(s));
}

static void test_hostile_lines(void **state)
{
	static const char words[] = "f:1: the line holds control characters or is not UTF-8; this "
				    "is a text file";
	static const struct {
		const char *line;
		size_t len;
	} bad[] = {
		{"# a\0b", 5},
		{"# \x1b[2J", 6},
		{"# \x7f", 3},
		{"# \xff", 3},
		{"# \xc0\xaf", 4},
		{"# \xed\xa0\x80", 5},
		{"# a\rb", 5},
		{"# \xc2\x9b"
		 "2J",
		 6},
		{"\xff\xfe[\0s\0", 6},
	};
	char longest[1200];
	struct settings s;
	struct settings_reader r;
	struct settings_error error;
	(void)state;

	settings_defaults(&s);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		settings_reader_init(&r, &s, "f");
		assert_false(settings_line(&r, bad[i].line, bad[i].len, &error));
		assert_string_equal(error.text, words);
	}
	memset(longest, 'x', sizeof(longest));
	longest[0] = '#';
	settings_reader_init(&r, &s, "f");
	assert_true(settings_line(&r, longest, SETTINGS_LINE_MAX, &error));
	longest[SETTINGS_LINE_MAX] = '\r';
	assert_true(settings_line(&r, longest, SETTINGS_LINE_MAX + 1, &error));
	longest[SETTINGS_LINE_MAX] = 'x';
	assert_false(settings_line(&r, longest, SETTINGS_LINE_MAX + 1, &error));
	assert_string_equal(error.text, "f:3: the line is longer than 1023 bytes");
	/* Windows: byte order mark and CRLF. */
	accept(&s, "\xef\xbb\xbf[station]\r\nname = w\r\n\r\n");
	assert_string_equal(s.station, "w");
}

static void test_long_values_and_names_stay_readable(void **state)
{
	char text[SETTINGS_LINE_MAX], file[600];
	struct settings s;
	struct settings_reader r;
	struct settings_error error;
	(void)state;

	settings_defaults(&s);
	memset(text, 'a', sizeof(text));
	memcpy(text, "device = /", 10);
	settings_reader_init(&r, &s, "f");
	assert_true(settings_line(&r, "[scanner x]", 11, &error));
	assert_true(settings_line(&r, text, 9 + 255, &error));
	assert_int_equal(strlen(s.scanner[0].device), 255);
	assert_false(settings_line(&r, text, 9 + 256, &error));
	assert_non_null(strstr(error.text, "f:3: device = '/aaaa"));
	assert_non_null(strstr(error.text, "...': this is too long"));
	/* A quote is not cut inside a character. */
	for (size_t i = 0; i < 300; i += 3)
		memcpy(text + i + 2, "\xe7\xab\x99", 3);
	for (size_t len = 200; len < 212; len += 3) {
		assert_false(settings_line(&r, text, 2 + len / 3 * 3, &error));
		assert_true(text_is_utf8(error.text, strlen(error.text)));
	}
	memset(file, 'd', sizeof(file));
	memcpy(file + 590, "end.conf", 9);
	settings_reader_init(&r, &s, file);
	assert_false(settings_line(&r, "?", 1, &error));
	assert_memory_equal(error.text, "...ddd", 6);
	assert_non_null(strstr(error.text, "dend.conf:1: this is neither"));
	settings_reader_init(&r, &s, "a\x1b[2J.conf");
	assert_false(settings_line(&r, "?", 1, &error));
	assert_memory_equal(error.text, "a\\x1b[2J.conf:1: this", 21);
}

static void test_finish(void **state)
{
	(void)state;
	refuse_finish("[site]\nname = S1\n",
		      "station.conf: [station] name = ... is missing: this bench's name");
	refuse_finish("[station]\nname = b\n",
		      "station.conf: [site] name = ... is missing: 2 to 8 capital letters and "
		      "digits for this site");
	refuse_finish("[station]\nname = b\n[site]\nname = S1\n[scanner x]\nbaud = 9600\n",
		      "station.conf: [scanner x] has no device = PATH");
	refuse_finish("[station]\nname = b\n[site]\nname = S1\n[scanner x]\ndevice = /dev/a\n"
		      "gs_key = F8\n",
		      "station.conf: [scanner x] has a gs_key, which only a scanner of kind = hid "
		      "types");
	refuse_finish("[station]\nname = b\n[site]\nname = S1\n[scanner x]\ndevice = /dev/a\n"
		      "[scanner y]\ndevice = /dev/b\n[scanner z]\ndevice = /dev/a\n",
		      "station.conf: [scanner z] has the same device as [scanner x]");
	refuse_finish("[station]\nname = b\n[site]\nname = S1\n[labels]\nrma_shape = RMA%d{6}\n",
		      "station.conf: [labels] rma_shape has to end in %c, the check character; if "
		      "the numbers have none, set rma_check = none");
}

#define CAMERA "[scanner x]\nkind = camera\n"

static void test_camera(void **state)
{
	struct settings_error error;
	struct settings s = settings_of(BENCH "[station]\nruntime_dir = /r\n" CAMERA
					      "command = exec a -b 'c = d'\nsize = 1280x720\n");
	char path[32];
	struct text t = text_over(path, sizeof(path));
	uint32_t width, height;

	(void)state;
	assert_true(settings_finish(&s, "station.conf", &error));
	assert_int_equal(s.scanner[0].kind, SETTINGS_CAMERA);
	assert_string_equal(s.scanner[0].command, "exec a -b 'c = d'");
	assert_string_equal(s.scanner[0].size, "1280x720");
	assert_int_equal(s.scanner[0].photos, SETTINGS_YES);
	assert_int_equal(s.scanner[0].photo_side, 1600);
	assert_int_equal(s.scanner[0].photo_quality, 80);
	assert_int_equal(s.scanner[0].photo_space, 1024);
	assert_string_equal(s.scanner[0].pixels, "");
	settings_camera_socket(&s, &t);
	assert_string_equal(path, "/r/camera/labels.sock");
	assert_true(settings_camera_size("16x4096", 7, &width, &height));
	assert_int_equal(width, 16);
	assert_int_equal(height, 4096);
	for (const char *const *bad =
		     (const char *const[]){"", "x", "640", "640x", "x480", "15x480", "640x4097",
					   "640x480x", "2001x2000", "640X480", " 640x480", NULL};
	     *bad; bad++)
		assert_false(settings_camera_size(*bad, strlen(*bad), &width, &height));
	refuse_finish(BENCH CAMERA "size = 640x480\n",
		      "station.conf: [scanner x] has neither device = PATH nor command = ..., "
		      "which writes the camera's frames");
	refuse_finish(BENCH CAMERA "command = a\n", "station.conf: [scanner x] has no size = "
						    "WIDTHxHEIGHT of the command's frames");
	refuse_finish(BENCH CAMERA "command = a\nsize = 64x64\ndevice = /dev/video0\n",
		      "station.conf: [scanner x] has a device and a command; a camera has one of "
		      "them");
	refuse_finish(BENCH CAMERA "device = /dev/video0\npixels = grey\n",
		      "station.conf: [scanner x] has pixels, which is for a command; a device "
		      "tells its own");
	refuse_finish(BENCH CAMERA "command = a\nsize = 64x64\ncontrols = a=1\n",
		      "station.conf: [scanner x] has controls, which is for a device; tell the "
		      "command itself");
	refuse_finish(BENCH "[scanner x]\ndevice = /dev/a\ncontrols = a=1\n",
		      "station.conf: [scanner x] has a command, size, pixels, controls, itf or "
		      "photos, "
		      "which only a scanner of kind = camera has");
	for (size_t i = 0; i < 5; i++) {
		static const char *const lines[] = {"photos = no", "photo_side = 800",
						    "photo_quality = 50", "photo_space = 10",
						    "itf = 14"};
		char text[200];

		(void)snprintf(text, sizeof(text),
			       "[station]\nname = b\n[site]\nname = S1\n[scanner x]\n"
			       "device = /dev/a\n%s\n",
			       lines[i]);
		refuse_finish(text, "station.conf: [scanner x] has a command, size, pixels, "
				    "controls, itf or photos, which only a scanner of kind = "
				    "camera has");
	}
	refuse_finish(BENCH CAMERA "command = a\nsize = 64x64\n[scanner y]\nkind = camera\n"
				   "command = b\nsize = 64x64\n",
		      "station.conf: [scanner y] is a second camera; a station has one, besides "
		      "[scanner x]");
}

static void test_camera_device(void **state)
{
	struct settings_error error;
	struct settings s = settings_of(
		BENCH CAMERA "device = /dev/v4l/by-id/usb-cam-video-index0\n"
			     "controls = focus_automatic_continuous=0  brightness=-12\n");
	struct settings_control control;
	const char *at = s.scanner[0].controls;

	(void)state;
	assert_true(settings_finish(&s, "station.conf", &error));
	assert_int_equal(settings_camera_control(&at, &control), 1);
	assert_string_equal(control.name, "focus_automatic_continuous");
	assert_int_equal(control.value, 0);
	assert_int_equal(settings_camera_control(&at, &control), 1);
	assert_string_equal(control.name, "brightness");
	assert_int_equal(control.value, -12);
	assert_int_equal(settings_camera_control(&at, &control), 0);
	for (const char *const *bad =
		     (const char *const[]){"a", "a=", "=1", "a=1x", "A=1", "a=--1", "a=-", "a b=1",
					   "a=2147483648", "a=+1",
					   "a1234567890123456789012345678901=1", "a=1,b=2", NULL};
	     *bad; bad++) {
		at = *bad;
		assert_int_equal(settings_camera_control(&at, &control), -1);
		assert_ptr_equal(at, *bad);
	}
	refuse(BENCH CAMERA "photo_quality = 101\n",
	       "station.conf:7: photo_quality = '101': this is a whole number from 1 to 100");
	refuse(BENCH CAMERA "controls = focus=near\n",
	       "station.conf:7: controls = 'focus=near': this is NAME=NUMBER between spaces, as "
	       "'v4l2-ctl -l' names them, such as focus_absolute=30");
}

static void test_words_of_a_list(void **state)
{
	const char *list = "  one two\t three ", *word;
	(void)state;

	assert_int_equal(settings_word(&list, &word), 3);
	assert_memory_equal(word, "one", 3);
	assert_int_equal(settings_word(&list, &word), 3);
	assert_memory_equal(word, "two", 3);
	assert_int_equal(settings_word(&list, &word), 5);
	assert_memory_equal(word, "three", 5);
	assert_int_equal(settings_word(&list, &word), 0);
	assert_int_equal(settings_word(&list, &word), 0);
}

static void test_key(void **state)
{
	static const char hex[] = "000102030405060708090a0b0c0d0e0f"
				  "101112131415161718191A1B1C1D1E1F";
	char text[80];
	uint8_t key[LABEL_KEY];
	(void)state;

	assert_true(settings_key(hex, 64, key));
	for (unsigned i = 0; i < LABEL_KEY; i++)
		assert_int_equal(key[i], i);
	snprintf(text, sizeof(text), " \t%s\r\n", hex);
	assert_true(settings_key(text, strlen(text), key));
	assert_false(settings_key(hex, 63, key));
	assert_false(settings_key(hex, 62, key));
	assert_false(settings_key(hex, 65, key)); /* a NUL behind it */
	assert_false(settings_key("", 0, key));
	assert_false(settings_key("\n\n", 2, key));
	memcpy(text, hex, 65);
	text[10] = 'g';
	assert_false(settings_key(text, 64, key));
	text[10] = ' ';
	assert_false(settings_key(text, 64, key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_headquarters),
		cmocka_unit_test(test_url),
		cmocka_unit_test(test_headquarters_whole),
		cmocka_unit_test(test_a_later_line_wins),
		cmocka_unit_test(test_unknown_keys),
		cmocka_unit_test(test_unknown_sections),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_a_refused_value_changes_nothing),
		cmocka_unit_test(test_hostile_lines),
		cmocka_unit_test(test_long_values_and_names_stay_readable),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_camera),
		cmocka_unit_test(test_camera_device),
		cmocka_unit_test(test_words_of_a_list),
		cmocka_unit_test(test_key),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

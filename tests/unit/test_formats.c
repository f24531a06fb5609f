/* test_formats.c - files of label formats: what is taken and refused, the index, where the files
 * come from, and the order of readings (F18). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "io/confdir.h"
#include "station/label.h"

static struct formats f;
static struct settings_error error;

static bool feed(struct formats_reader *r, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (!formats_read_line(r, text, len, &error))
			return false;
		text += len + (text[len] == '\n');
	}
	return formats_read_end(r, &error);
}

static bool read_text(const char *text)
{
	struct formats_reader r;

	formats_init(&f);
	formats_read_init(&r, &f, "own.conf");
	if (!feed(&r, text))
		return false;
	formats_finish(&f);
	return true;
}

static void refused(const char *text, const char *words)
{
	memset(&error, 0, sizeof(error));
	assert_false(read_text(text));
	if (!strstr(error.text, words))
		fail_msg("'%s' is not in '%s'", words, error.text);
}

#define HEAD "[label a]\nkind = carrier\n"

static void test_a_whole_section(void **state)
{
	(void)state;
	assert_true(read_text(
		"\xef\xbb\xbf# mine\r\n[label  van.1 ]\r\nshape = ZQ%d{5}(%w{2})X\n"
		"check = mod37-36\nkind = plate\n; more\npriority=7\n"
		"carrier = Our Van\ncarrier_zh = \xe8\xbd\xa6\nsymbology = C0  Q d2\n\n"));
	assert_int_equal(f.count, 1);
	assert_string_equal(f.format[0].name, "van.1");
	assert_string_equal(f.format[0].carrier, "Our Van");
	assert_string_equal(f.format[0].carrier_zh, "\xe8\xbd\xa6");
	assert_int_equal(f.format[0].kind, LABEL_PLATE);
	assert_int_equal(f.format[0].rule, CHECK_MOD37_36);
	assert_int_equal(f.format[0].priority, 7);
	assert_int_equal(f.format[0].symbologies, 3);
	assert_string_equal(f.format[0].symbology[1], "Q");
	assert_int_equal(f.format[0].shape.before, 7);
	assert_int_equal(f.format[0].shape.behind, 1);
	assert_true(read_text(HEAD "shape = X%d\n"));
	assert_string_equal(f.format[0].carrier_zh, "a");
	assert_int_equal(f.format[0].priority, 50);
	assert_true(read_text(""));
	assert_int_equal(f.count, 0);
}

static void test_refusals_name_file_line_and_what_was_meant(void **state)
{
	char long_line[1100];
	(void)state;

	refused(HEAD "check = gs1-mod11\n",
		"own.conf:3: unknown check rule 'gs1-mod11'; did you mean 'gs1-mod10'?");
	refused(HEAD "check = nothing-like-it-at-all\n",
		"own.conf:3: unknown check rule 'nothing-like-it-at-all'; there are none, mod37-36");
	refused("[label a]\nkind = carier\n",
		"own.conf:2: unknown kind 'carier'; did you mean 'carrier'?");
	refused("[label a]\nkind = house\n", "own.conf:2: unknown kind 'house'");
	refused(HEAD "shap = X\n", "own.conf:3: unknown key 'shap'; did you mean 'shape'?");
	refused(HEAD "shape = X{\n", "own.conf:3: shape = 'X{': { and } only stand after");
	refused(HEAD "ai = 00\nshape = X\n",
		"own.conf:1: [label a] needs either shape = ... or ai");
	refused(HEAD "ai = 14\n", "own.conf:3: ai = '14': this is no application identifier");
	refused(HEAD "ai = 00\ncheck = ups\n", "own.conf:1: [label a] has an ai");
	refused(HEAD, "own.conf:1: [label a] needs either");
	refused("\n[label a]\nshape = X\n[label b]\n", "own.conf:2: [label a] needs kind");
	refused(HEAD "shape = X\npriority = 0\n",
		"own.conf:4: priority = '0': this is a number from 1 to 99");
	refused(HEAD "carrier =\n", "own.conf:3: carrier = '': this is a name of 1 to 64 bytes");
	refused(HEAD "symbology = C11\n", "own.conf:3: symbology = 'C11': this is AIM ids");
	refused(HEAD "symbology = A B C D E F G H I\n", "at most 8");
	refused(HEAD "shape = X\n" HEAD, "own.conf:4: a label of this name is there already");
	refused("kind = carrier\n",
		"own.conf:1: a key before any section; begin with [label NAME]");
	refused("[label]\n", "own.conf:1: a section is [label NAME]");
	refused("[label a b]\n", "own.conf:1: a section is [label NAME]");
	refused("[carrier a]\n", "own.conf:1: a section is [label NAME]");
	refused(HEAD "shape\n",
		"own.conf:3: this is neither [label NAME], key = value, nor a # comment");
	refused(HEAD "carrier = \x1b[31m\n", "own.conf:3: the line holds control characters");
	refused(HEAD "carrier = \xff\n",
		"own.conf:3: the line holds control characters or is not UTF-8");
	memset(long_line, 'x', sizeof(long_line));
	long_line[sizeof(long_line) - 1] = '\0';
	refused(long_line, "own.conf:1: the line is longer than 1023 bytes");
}

static void test_no_more_than_there_is_room_for(void **state)
{
	struct formats_reader r;
	(void)state;

	formats_init(&f);
	formats_read_init(&r, &f, "own.conf");
	for (int i = 0; i <= FORMATS_MAX; i++) {
		char text[80];

		(void)snprintf(text, sizeof(text), "[label n%d]\nkind = carrier\nshape = %%d{%d}\n",
			       i, i % 60 + 1);
		if (i < FORMATS_MAX)
			assert_true(feed(&r, text));
		else
			assert_false(feed(&r, text));
	}
	assert_non_null(strstr(error.text, "more than 128 labels"));
}

/* The same lines give the same version, others another. */
static void test_version(void **state)
{
	char version[FORMATS_VERSION];
	(void)state;

	assert_true(read_text(HEAD "shape = X%d\n"));
	memcpy(version, f.version, sizeof(version));
	assert_memory_equal(version, "1-", 2);
	assert_true(read_text("# a comment is none of it\n" HEAD "\n  shape = X%d  \n"));
	assert_string_equal(f.version, version);
	assert_true(read_text(HEAD "shape = X%w\n"));
	assert_string_not_equal(f.version, version);
}

/* Whatever fits a shape is in the set of the index. */
static void test_the_index_misses_nothing(void **state)
{
	static const char alphabet[] = "0123456789ABCXYZ%-";
	unsigned fitted = 0;
	(void)state;

	assert_true(read_text("[label a]\nkind = carrier\nshape = 1Z%w{1,3}[3-68]\n"
			      "[label b]\nkind = carrier\nshape = %d{1,4}\n"
			      "[label c]\nkind = carrier\nshape = %%%w{2}%c\n"
			      "[label d]\nkind = carrier\nshape = A\n"
			      "[label e]\nkind = carrier\nshape = %a{1,2}%d{1,2}-%w{1,3}\n"));
	srand(18);
	for (int n = 0; n < 300000; n++) {
		size_t len = 1 + (size_t)rand() % 7, check_at;
		char s[8];

		for (size_t i = 0; i < len; i++)
			s[i] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
		struct formats_set set = formats_may_be(&f, s, len);
		for (unsigned i = 0; i < f.count; i++) {
			if (!shape_fits(&f.format[i].shape, s, len, &check_at))
				continue;
			fitted++;
			assert_true(set.bits[i / 64] >> i % 64 & 1);
		}
	}
	assert_true(fitted > 1000);
}

/* --- the order of readings --- */

static struct label all[LABEL_CANDIDATES];

static bool is_known(void *user, const char *id)
{
	return strcmp(user, id) == 0;
}

static size_t name(const char *text, char *expected)
{
	struct label_rules rules = {.site = "S1",
				    .formats = &f,
				    .expected = expected ? is_known : NULL,
				    .user = expected};
	struct scan scan = {.len = (uint16_t)strlen(text), .total = (uint32_t)strlen(text)};

	memcpy(scan.bytes, text, scan.len);
	return label_candidates(&rules, &scan, all);
}

#define TWINS                                                                                      \
	"[label upc]\nkind = product\nshape = %d{12}\ncheck = gs1-mod10\npriority = 40\n"          \
	"symbology = E0\n"                                                                         \
	"[label fedex]\nkind = carrier\nshape = (%d{12})\ncheck = fedex-12\npriority = 40\n"       \
	"symbology = C0\n"                                                                         \
	"[label any]\nkind = carrier\nshape = %d{12}\npriority = 40\n"                             \
	"[label pre]\nkind = plate\nshape = 50%d{10}\npriority = 41\nsymbology = Q\n"

static void test_F18_ranks(void **state)
{
	static char both[] = "400000000086", listed[] = "000000000000";
	(void)state;

	assert_true(read_text(TWINS));
	/* 12 digits that keep both rules. */
	for (unsigned long long n = 400000000000; n < 400000009999; n++) {
		(void)snprintf(both, sizeof(both), "%llu", n);
		if (check_ok(CHECK_GS1_MOD10, both, 12) && check_ok(CHECK_FEDEX_12, both, 12))
			break;
	}
	/* Equal in all: a tie, nobody's; the third is weaker by its missing check. */
	assert_int_equal(name(both, NULL), 4);
	assert_int_equal(all[0].kind, LABEL_UNKNOWN);
	assert_int_equal(all[0].fault, LABEL_FAULT_TIE);
	assert_true(all[0].tie && all[1].tie && all[2].tie && !all[3].tie);
	assert_string_equal(all[3].format->name, "any");
	assert_string_equal(all[0].id, both);
	/* The symbology decides, and outranks the list. */
	char aim[20];
	(void)snprintf(aim, sizeof(aim), "]E0%s", both);
	assert_int_equal(name(aim, NULL), 3);
	assert_string_equal(all[0].format->name, "upc");
	assert_false(all[0].tie);
	assert_string_equal(all[2].format->name, "fedex");
	(void)snprintf(aim, sizeof(aim), "]C0%s", both);
	assert_int_equal(name(aim, NULL), 3);
	assert_string_equal(all[0].format->name, "fedex");
	/* The list outranks prefix and length. Both have the same id here: still a tie. */
	assert_int_equal(name(both, both), 4);
	assert_int_equal(all[0].fault, LABEL_FAULT_TIE);
	assert_int_equal(name(both, listed), 4);
	/* Prefix and length outrank the check digit. */
	for (unsigned long long n = 500000000000; n < 500000009999; n++) {
		(void)snprintf(both, sizeof(both), "%llu", n);
		if (check_ok(CHECK_GS1_MOD10, both, 12))
			break;
	}
	name(both, NULL);
	assert_string_equal(all[0].format->name, "pre");
	assert_int_equal(all[0].check, LABEL_CHECK_NONE);
	assert_string_equal(all[1].format->name, "upc");
}

/* A company whose numbers are bare digits: in Code 128 they are its own, in EAN/UPC a product's. */
static void test_F18_return_numbers_of_digits(void **state)
{
	struct label_rules rules = {.site = "S1", .formats = &f};
	struct label l;
	(void)state;

	assert_true(read_text(TWINS));
	assert_null(shape_read(&rules.rma, "%d{12}"));
	for (int c = 0; c < 3; c++) {
		static const char *const scans[] = {"]C0400000000121", "400000000121",
						    "]E0400000000121"};
		struct scan scan = {.len = (uint16_t)strlen(scans[c])};

		scan.total = scan.len;
		memcpy(scan.bytes, scans[c], scan.len);
		label_parse(&rules, &scan, &l);
		assert_int_equal(l.kind, c < 2 ? LABEL_RETURN : LABEL_PRODUCT);
		assert_string_equal(l.id, "400000000121");
	}
}

static void test_F18_the_list_ranks(void **state)
{
	static char number[] = "123456789012";
	(void)state;

	assert_true(read_text("[label a]\nkind = carrier\nshape = AB%d{12}\npriority = 90\n"
			      "[label b]\nkind = plate\nshape = AB(%d{12})\npriority = 10\n"));
	name("AB123456789012", NULL);
	assert_string_equal(all[0].format->name, "a");
	name("AB123456789012", number);
	assert_string_equal(all[0].format->name, "b");
	assert_string_equal(all[0].id, number);
}

static void test_failed_readings_come_last(void **state)
{
	(void)state;
	assert_true(read_text(TWINS));
	assert_int_equal(name("600000000001", NULL), 3);
	assert_string_equal(all[0].format->name, "any");
	assert_int_equal(all[1].fault, LABEL_FAULT_CHECK);
	assert_int_equal(all[2].check, LABEL_CHECK_BAD);
}

static void test_another_shape_of_return(void **state)
{
	(void)state;
	assert_true(read_text("[label b]\nkind = return\nshape = B-%d{4}%c\ncheck = mod37-36\n"
			      "[label grai]\nkind = return\nai = 8003\n"));
	char text[] = "b-0001?";
	text[6] = check_make(CHECK_MOD37_36, "B-0001", 6);
	assert_int_equal(name(text, NULL), 1);
	assert_int_equal(all[0].kind, LABEL_RETURN);
	assert_memory_equal(all[0].id, "B-0001", 6);
	assert_int_equal(name("]C180030401234512345"
			      "6x1",
			      NULL),
			 1);
	assert_int_equal(all[0].kind, LABEL_RETURN);
	assert_string_equal(all[0].id, "800304012345123456X1");
}

/* --- folders --- */

static void put(const char *root, const char *file, const char *text)
{
	char path[256];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", root, file);
	out = fopen(path, "we");
	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static void folder(const char *root, const char *name_of)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", root, name_of);
	assert_int_equal(mkdir(path, 0755), 0);
}

static const char *names(const char *root, const char *config, bool site)
{
	static char out[256];
	char packaged[256], file[256];
	size_t n = 0;

	(void)snprintf(packaged, sizeof(packaged), "%s/packaged", root);
	(void)snprintf(file, sizeof(file), "%s/%s", root, config ? config : "");
	if (!confdir_labels_under(root, config ? file : NULL, packaged, site, &f, &error))
		return error.text;
	out[0] = '\0';
	for (unsigned i = 0; i < f.count; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s ", f.format[i].name);
	return out;
}

#define FORMAT(name) "[label " name "]\nkind = carrier\nshape = X%d\n"

static void test_folders(void **state)
{
	char root[] = "/tmp/test_formats.XXXXXX", command[64];
	(void)state;

	assert_non_null(mkdtemp(root));
	folder(root, "etc");
	folder(root, "etc/station");
	folder(root, "etc/station/labels.d");
	folder(root, "run");
	folder(root, "run/station");
	folder(root, "run/station/labels.d");
	folder(root, "packaged");
	folder(root, "own");
	folder(root, "own/labels.d");
	put(root, "packaged/10-a.conf", FORMAT("a"));
	put(root, "packaged/20-b.conf", FORMAT("b"));
	put(root, "packaged/30-c.conf", FORMAT("c"));
	put(root, "packaged/readme.txt", "not read");
	put(root, "run/station/labels.d/20-b.conf", FORMAT("b-run"));
	put(root, "run/station/labels.d/30-c.conf", FORMAT("c-run"));
	put(root, "etc/station/labels.d/30-c.conf", "");
	put(root, "etc/station/labels.d/05-first.conf", FORMAT("first"));
	put(root, "own/labels.d/10-a.conf", FORMAT("a-own"));
	assert_string_equal(names(root, NULL, true), "first a b-run ");
	assert_string_equal(names(root, NULL, false), "a b c ");
	assert_string_equal(names(root, "own/station.conf", true), "a-own b c ");
	put(root, "etc/station/labels.d/06-bad.conf", "[label x]\nkind = carrier\nshape = x\n");
	assert_non_null(strstr(names(root, NULL, true), "/etc/station/labels.d/06-bad.conf:3: "));
	(void)snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
	assert_string_equal(names(root, NULL, true), ""); /* no folder at all */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_section),
		cmocka_unit_test(test_refusals_name_file_line_and_what_was_meant),
		cmocka_unit_test(test_no_more_than_there_is_room_for),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_the_index_misses_nothing),
		cmocka_unit_test(test_F18_ranks),
		cmocka_unit_test(test_F18_return_numbers_of_digits),
		cmocka_unit_test(test_F18_the_list_ranks),
		cmocka_unit_test(test_failed_readings_come_last),
		cmocka_unit_test(test_another_shape_of_return),
		cmocka_unit_test(test_folders),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

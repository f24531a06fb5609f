/* test_hqd_stick.c - an export's proof: the events that are taken are those that were proved,
 * whatever the stick answers to whoever reads it again. */
#include "hqd_fixture.h"
#include "hqd/stick_proof.h"
#include "io/cms.h"
#include "io/stickfile.h"
#include <fcntl.h>
#include <gnutls/x509.h>
#include <time.h>

#define DAY 86400

struct stick {
	char dir[32], cert[64], key[64];
	int folder, copy;
	struct stick_proof proof;
};

static void must(int r)
{
	if (r < 0)
		fail_msg("gnutls: %s", gnutls_strerror(r));
}

static void put(const struct stick *s, const char *name, const void *bytes, size_t len)
{
	int fd = openat(s->folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(close(fd), 0);
}

/* The station's certificate, which is its own authority here. */
static void pair_make(const struct stick *s)
{
	char pem[4096];
	size_t len = sizeof(pem);
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	unsigned char serial = 1;

	must(gnutls_x509_privkey_init(&key));
	must(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
					  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	must(gnutls_x509_crt_init(&crt));
	must(gnutls_x509_crt_set_version(crt, 3));
	must(gnutls_x509_crt_set_serial(crt, &serial, 1));
	must(gnutls_x509_crt_set_dn(crt, "CN=" HQ_STATION, NULL));
	must(gnutls_x509_crt_set_activation_time(crt, time(NULL) - DAY));
	must(gnutls_x509_crt_set_expiration_time(crt, time(NULL) + DAY));
	must(gnutls_x509_crt_set_key(crt, key));
	must(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0));
	must(gnutls_x509_crt_export(crt, GNUTLS_X509_FMT_PEM, pem, &len));
	put(s, "cert.pem", pem, len);
	len = sizeof(pem);
	must(gnutls_x509_privkey_export_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
					      pem, &len));
	put(s, "key.pem", pem, len);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
}

static int setup(void **state)
{
	struct stick *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	snprintf(s->dir, sizeof(s->dir), "/tmp/test-stick-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->cert, sizeof(s->cert), "%s/cert.pem", s->dir);
	snprintf(s->key, sizeof(s->key), "%s/key.pem", s->dir);
	s->folder = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(s->folder >= 0);
	pair_make(s);
	put(s, "copy", "", 0);
	s->copy = openat(s->folder, "copy", O_RDWR | O_CLOEXEC);
	assert_true(s->copy >= 0);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {"cert.pem",	     "key.pem",	      "copy",
					    "manifest.json", MANIFEST_EVENTS, "SHA256SUMS",
					    "SHA256SUMS.p7s"};
	struct stick *s = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlinkat(s->folder, names[i], 0);
	stick_proof_end(&s->proof);
	(void)close(s->copy);
	(void)close(s->folder);
	assert_int_equal(rmdir(s->dir), 0);
	free(s);
	return 0;
}

static void sum_add(struct text *t, const char *name, const void *bytes, size_t len)
{
	struct manifest_sum sum;

	event_hash(bytes, len, sum.sum);
	text_copy(sum.name, sizeof(sum.name), name);
	manifest_sum_write(t, &sum);
}

/* An export of so many events, signed. */
static void export_write(const struct stick *s, uint64_t last, const char *events, size_t len)
{
	struct manifest m = {.first = 1, .last = last, .is_signed = true};
	char json[MANIFEST_MAX], sums[512];
	struct text j = text_over(json, sizeof(json)), t = text_over(sums, sizeof(sums));
	struct cms_why why;
	uint8_t *der;
	size_t der_len;

	text_copy(m.station, sizeof(m.station), HQ_STATION);
	hq_uuid(m.journal, "aaaaaaaa", 0);
	text_copy(m.software, sizeof(m.software), "0");
	text_copy(m.made, sizeof(m.made), "2026-11-23T08:00:00.000Z");
	manifest_write(&j, &m);
	sum_add(&t, MANIFEST_EVENTS, events, len);
	sum_add(&t, "manifest.json", json, strlen(json));
	put(s, "manifest.json", json, strlen(json));
	put(s, MANIFEST_EVENTS, events, len);
	put(s, "SHA256SUMS", sums, strlen(sums));
	assert_int_equal(cms_sign(s->cert, s->key, sums, strlen(sums), &der, &der_len, &why), 0);
	put(s, "SHA256SUMS.p7s", der, der_len);
	free(der);
}

static void what_is_taken_is_what_was_proved(void **state)
{
	struct stick *s = *state;
	char found[64] = "";

	export_write(s, 1, "genuine\n", 8);
	if (!stick_proof_look(&s->proof, s->folder, &(struct cms_authority){.ca_file = s->cert},
			      s->copy))
		fail_msg("%s", s->proof.why);
	put(s, MANIFEST_EVENTS, "unsigned\n", 9);
	assert_int_equal(stickfile_read(s->copy, found, sizeof(found)), 8);
	assert_string_equal(found, "genuine\n");
}

static void what_was_changed_is_not_proved(void **state)
{
	struct stick *s = *state;

	export_write(s, 1, "genuine\n", 8);
	put(s, MANIFEST_EVENTS, "changed\n", 8);
	assert_false(stick_proof_look(&s->proof, s->folder,
				      &(struct cms_authority){.ca_file = s->cert}, s->copy));
	assert_string_equal(s->proof.why, MANIFEST_EVENTS ": it was changed");
}

/* A stick that never ends does not fill headquarters' disk. */
static void no_more_is_copied_than_the_manifest_says(void **state)
{
	struct stick *s = *state;
	size_t len = 40 * (EVENT_LINE_MAX + 1);
	char *events = malloc(len);

	assert_non_null(events);
	memset(events, 'x', len);
	export_write(s, 40, events, len);
	if (!stick_proof_look(&s->proof, s->folder, &(struct cms_authority){.ca_file = s->cert},
			      s->copy))
		fail_msg("%s", s->proof.why);
	stick_proof_end(&s->proof);
	assert_int_equal(ftruncate(s->copy, 0), 0);
	export_write(s, 39, events, len);
	assert_false(stick_proof_look(&s->proof, s->folder,
				      &(struct cms_authority){.ca_file = s->cert}, s->copy));
	assert_non_null(strstr(s->proof.why, strerror(EFBIG)));
	assert_true(lseek(s->copy, 0, SEEK_END) <= (off_t)(39 * (EVENT_LINE_MAX + 1)));
	free(events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_taken_is_what_was_proved, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_changed_is_not_proved, setup, teardown),
		cmocka_unit_test_setup_teardown(no_more_is_copied_than_the_manifest_says, setup,
						teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

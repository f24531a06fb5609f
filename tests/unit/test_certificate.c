/* test_certificate.c - reading until when a certificate is good (F14): made certificates, and files
 * that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "io/certificate.h"

#define NOW 1795507200 /* 2026-11-24 */
#define DAY 86400

struct files {
	char dir[32], path[64];
	char pem[2][4096]; /* good for 10 and 300 days */
};

static void must(int r)
{
	if (r < 0)
		fail_msg("gnutls: %s", gnutls_strerror(r));
}

static void make(char *pem, size_t cap, time_t from, time_t until)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	unsigned char serial = 1;

	must(gnutls_x509_privkey_init(&key));
	must(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
					  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	must(gnutls_x509_crt_init(&crt));
	must(gnutls_x509_crt_set_version(crt, 3));
	must(gnutls_x509_crt_set_serial(crt, &serial, 1));
	must(gnutls_x509_crt_set_dn(crt, "CN=bench-1", NULL));
	must(gnutls_x509_crt_set_activation_time(crt, from));
	must(gnutls_x509_crt_set_expiration_time(crt, until));
	must(gnutls_x509_crt_set_key(crt, key));
	must(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0));
	must(gnutls_x509_crt_export(crt, GNUTLS_X509_FMT_PEM, pem, &cap));
	pem[cap] = '\0';
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
}

static int setup(void **state)
{
	struct files *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/certificate-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/own.pem", f->dir);
	make(f->pem[0], sizeof(f->pem[0]) - 1, NOW - DAY, NOW + 10 * DAY);
	make(f->pem[1], sizeof(f->pem[1]) - 1, NOW - DAY, NOW + 300 * DAY);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct files *f = *state;

	(void)unlink(f->path);
	assert_int_equal(rmdir(f->dir), 0);
	free(f);
	return 0;
}

static void put(const struct files *f, const char *bytes, size_t len)
{
	FILE *out = fopen(f->path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
}

static void expect(const struct files *f, int r, int64_t from_s, int64_t until_s)
{
	struct expiry e = {.from_ms = 7, .until_ms = 7};

	assert_int_equal(certificate_read(f->path, &e), r);
	assert_true(e.from_ms == from_s * 1000);
	assert_true(e.until_ms == until_s * 1000);
}

static void test_F14_its_dates(void **state)
{
	const struct files *f = *state;

	put(f, f->pem[0], strlen(f->pem[0]));
	expect(f, 0, NOW - DAY, NOW + 10 * DAY);
}

/* The station shows the first; those behind it are the authorities between. */
static void test_F14_the_first_of_several(void **state)
{
	const struct files *f = *state;
	char both[3 * 4096];

	(void)snprintf(both, sizeof(both), "subject=CN = bench-1\n%s\n%s", f->pem[0], f->pem[1]);
	put(f, both, strlen(both));
	expect(f, 0, NOW - DAY, NOW + 10 * DAY);
	(void)snprintf(both, sizeof(both), "%s%s", f->pem[1], f->pem[0]);
	put(f, both, strlen(both));
	expect(f, 0, NOW - DAY, NOW + 300 * DAY);
}

static void test_what_is_none(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"hello",
		"-----BEGIN CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
		"-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"};
	struct files *f = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put(f, bad[i], strlen(bad[i]));
		expect(f, -EBADMSG, 0, 0);
	}
	put(f, "\0\0\0", 3);
	expect(f, -EBADMSG, 0, 0);
	put(f, f->pem[0], strlen(f->pem[0]) / 2);
	expect(f, -EBADMSG, 0, 0);
	f->pem[0][strlen(f->pem[0]) / 2] = '!'; /* no letter of base64 */
	put(f, f->pem[0], strlen(f->pem[0]));
	expect(f, -EBADMSG, 0, 0);
}

static void test_a_huge_file(void **state)
{
	const struct files *f = *state;
	size_t len = strlen(f->pem[0]);
	char *bytes = malloc(CERTIFICATE_FILE_MAX + 1);

	assert_non_null(bytes);
	memset(bytes, '\n', CERTIFICATE_FILE_MAX + 1);
	memcpy(bytes, f->pem[0], len);
	put(f, bytes, CERTIFICATE_FILE_MAX);
	expect(f, 0, NOW - DAY, NOW + 10 * DAY);
	put(f, bytes, CERTIFICATE_FILE_MAX + 1);
	expect(f, -EFBIG, 0, 0);
	free(bytes);
}

/* A pipe that nobody writes to must not hang the bench. */
static void test_what_is_no_file(void **state)
{
	const struct files *f = *state;
	struct expiry e = {.until_ms = 7};

	expect(f, -ENOENT, 0, 0);
	assert_int_equal(mkfifo(f->path, 0600), 0);
	expect(f, -EBADMSG, 0, 0);
	assert_int_equal(certificate_read(f->dir, &e), -EBADMSG);
	assert_true(e.until_ms == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_F14_its_dates, setup, teardown),
		cmocka_unit_test_setup_teardown(test_F14_the_first_of_several, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_huge_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_no_file, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

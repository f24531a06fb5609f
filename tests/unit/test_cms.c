/* test_cms.c - lists of revoked certificates: a signer who is on one is not taken, and nobody but
 * the authority says which list counts. */
#include "io/cms.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY	86400L
#define STATION "bench-1"

static const char content[] = "these bytes";

struct party {
	EVP_PKEY *key;
	X509 *cert;
};

struct place {
	char dir[32], ca_file[64], crl_file[64];
	struct party ca, station;
	X509_CRL *old, *now; /* before and after the station was revoked */
	struct cms_authority by;
};

static struct party party_make(const char *name, long serial, const struct party *issuer)
{
	struct party p = {.key = EVP_EC_gen("P-256"), .cert = X509_new()};
	X509_NAME *subject = X509_get_subject_name(p.cert);
	X509_EXTENSION *ca;

	assert_non_null(p.key);
	assert_int_equal(X509_set_version(p.cert, 2), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(p.cert), serial), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(p.cert), -DAY));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(p.cert), DAY));
	assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
						    (const unsigned char *)name, -1, -1, 0),
			 1);
	assert_int_equal(X509_set_pubkey(p.cert, p.key), 1);
	assert_int_equal(X509_set_issuer_name(p.cert, issuer ? X509_get_subject_name(issuer->cert)
							     : subject),
			 1);
	ca = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints,
				 issuer ? "CA:FALSE" : "critical,CA:TRUE");
	assert_int_equal(X509_add_ext(p.cert, ca, -1), 1);
	X509_EXTENSION_free(ca);
	assert_true(X509_sign(p.cert, issuer ? issuer->key : p.key, EVP_sha256()) > 0);
	return p;
}

static void party_free(struct party *p)
{
	EVP_PKEY_free(p->key);
	X509_free(p->cert);
}

/* of: whom it revokes, or NULL. */
static X509_CRL *list_make(const struct party *issuer, const struct party *of)
{
	X509_CRL *list = X509_CRL_new();
	ASN1_TIME *from = X509_gmtime_adj(NULL, -DAY), *to = X509_gmtime_adj(NULL, DAY);

	assert_int_equal(X509_CRL_set_version(list, 1), 1);
	assert_int_equal(X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer->cert)), 1);
	assert_int_equal(X509_CRL_set1_lastUpdate(list, from), 1);
	assert_int_equal(X509_CRL_set1_nextUpdate(list, to), 1);
	if (of) {
		X509_REVOKED *one = X509_REVOKED_new();

		assert_int_equal(
			X509_REVOKED_set_serialNumber(one, X509_get_serialNumber(of->cert)), 1);
		assert_int_equal(X509_REVOKED_set_revocationDate(one, from), 1);
		assert_int_equal(X509_CRL_add0_revoked(list, one), 1);
	}
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	assert_true(X509_CRL_sign(list, issuer->key, EVP_sha256()) > 0);
	return list;
}

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	FILE *f;

	assert_non_null(p);
	(void)strcpy(p->dir, "/tmp/test-cms-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	(void)snprintf(p->ca_file, sizeof(p->ca_file), "%s/ca.pem", p->dir);
	(void)snprintf(p->crl_file, sizeof(p->crl_file), "%s/crl.pem", p->dir);
	p->ca = party_make("authority", 1, NULL);
	p->station = party_make(STATION, 2, &p->ca);
	p->old = list_make(&p->ca, NULL);
	p->now = list_make(&p->ca, &p->station);
	f = fopen(p->ca_file, "we");
	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, p->ca.cert), 1);
	assert_int_equal(fclose(f), 0);
	p->by = (struct cms_authority){p->ca_file, p->crl_file};
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	(void)unlink(p->ca_file);
	(void)unlink(p->crl_file);
	assert_int_equal(rmdir(p->dir), 0);
	party_free(&p->ca);
	party_free(&p->station);
	X509_CRL_free(p->old);
	X509_CRL_free(p->now);
	free(p);
	return 0;
}

/* The lists into one file, up to NULL; of the last one only so many bytes (0: all). */
static void lists_write(const struct place *p, X509_CRL *const *lists, size_t cut)
{
	BIO *bio = BIO_new(BIO_s_mem());
	FILE *f = fopen(p->crl_file, "we");
	char *bytes;
	long len, before = 0;

	assert_non_null(f);
	for (; *lists; lists++) {
		before = BIO_get_mem_data(bio, &bytes);
		assert_int_equal(PEM_write_bio_X509_CRL(bio, *lists), 1);
	}
	len = BIO_get_mem_data(bio, &bytes);
	if (cut)
		len = before + (long)cut;
	assert_int_equal(fwrite(bytes, 1, (size_t)len, f), len);
	assert_int_equal(fclose(f), 0);
	BIO_free(bio);
}

/* What is made of the station's signature, which has this list with it (or NULL). */
static enum cms_verdict verdict(const struct place *p, X509_CRL *inside, struct cms_why *why)
{
	const unsigned how = CMS_DETACHED | CMS_BINARY | CMS_PARTIAL;
	BIO *bio = BIO_new_mem_buf(content, -1);
	CMS_ContentInfo *cms = CMS_sign(p->station.cert, p->station.key, NULL, NULL, how);
	struct cms_signer signer;
	unsigned char *der = NULL;
	enum cms_verdict v;
	int len;

	assert_non_null(cms);
	if (inside)
		assert_int_equal(CMS_add1_crl(cms, inside), 1);
	assert_int_equal(CMS_final(cms, bio, NULL, how), 1);
	len = i2d_CMS_ContentInfo(cms, &der);
	assert_true(len > 0);
	v = cms_verify(&p->by, content, strlen(content), der, (size_t)len, &signer, why);
	assert_string_equal(signer.name, v == CMS_CANT ? "" : STATION);
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(bio);
	return v;
}

static void test_who_is_not_on_the_list_is_taken(void **state)
{
	struct place *p = *state;
	struct cms_why why;

	lists_write(p, (X509_CRL *[]){p->old, NULL}, 0);
	assert_int_equal(verdict(p, NULL, &why), CMS_GOOD);
	p->by.crl_file = NULL;
	assert_int_equal(verdict(p, p->now, &why), CMS_GOOD);
}

static void test_who_is_on_it_is_not(void **state)
{
	struct place *p = *state;
	struct cms_why why;

	lists_write(p, (X509_CRL *[]){p->now, NULL}, 0);
	assert_int_equal(verdict(p, NULL, &why), CMS_FOREIGN);
	assert_non_null(strstr(why.text, "the signer's certificate is revoked"));
}

/* A thief of the key brings the genuine list of the day before. */
static void test_a_list_that_comes_with_the_signature_counts_for_nothing(void **state)
{
	struct place *p = *state;
	struct cms_why why;

	lists_write(p, (X509_CRL *[]){p->now, NULL}, 0);
	assert_int_equal(verdict(p, p->old, &why), CMS_FOREIGN);
	assert_non_null(strstr(why.text, "is revoked"));
}

static void test_all_lists_of_the_file_count_or_none(void **state)
{
	struct place *p = *state;
	struct party other = party_make("somebody else", 1, NULL);
	X509_CRL *theirs = list_make(&other, NULL);
	struct cms_why why;

	lists_write(p, (X509_CRL *[]){p->now, theirs, NULL}, 0);
	assert_int_equal(verdict(p, NULL, &why), CMS_CANT);
	assert_non_null(strstr(why.text, "another authority's list"));
	lists_write(p, (X509_CRL *[]){p->old, p->now, NULL}, 100);
	assert_int_equal(verdict(p, NULL, &why), CMS_CANT);
	assert_non_null(strstr(why.text, "a damaged list"));
	lists_write(p, (X509_CRL *[]){p->now, NULL}, 1);
	assert_int_equal(verdict(p, NULL, &why), CMS_CANT);
	assert_non_null(strstr(why.text, "no list of revoked certificates"));
	X509_CRL_free(theirs);
	party_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_who_is_not_on_the_list_is_taken, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_who_is_on_it_is_not, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_list_that_comes_with_the_signature_counts_for_nothing, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_all_lists_of_the_file_count_or_none, setup,
						teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

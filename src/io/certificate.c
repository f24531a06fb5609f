/* certificate.c - from when until when a certificate file is good (certificate.h). */
#include "certificate.h"
#include <errno.h>
#include <fcntl.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opened without waiting: a named pipe must not hang the bench. At most max bytes. */
static int read_file(const char *path, unsigned char *buf, size_t max, unsigned *len)
{
	struct stat st;
	size_t at = 0;
	int r = 0;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (!S_ISREG(st.st_mode))
		r = -EBADMSG;
	while (r == 0 && at < max) {
		ssize_t n = read(fd, buf + at, max - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = -errno;
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	(void)close(fd);
	*len = (unsigned)at;
	return r;
}

static int expiry_of(gnutls_x509_crt_t crt, struct expiry *out)
{
	time_t from = gnutls_x509_crt_get_activation_time(crt);
	time_t until = gnutls_x509_crt_get_expiration_time(crt);

	if (from == (time_t)-1 || until == (time_t)-1 || until <= 0)
		return -EBADMSG;
	*out = (struct expiry){.from_ms = (int64_t)from * 1000, .until_ms = (int64_t)until * 1000};
	return 0;
}

static int parse_first(const gnutls_datum_t *data, struct expiry *out)
{
	gnutls_x509_crt_t crt;
	int r = gnutls_x509_crt_init(&crt);

	if (r < 0)
		return -ENOMEM;
	r = gnutls_x509_crt_import(crt, data, GNUTLS_X509_FMT_PEM);
	r = r < 0 ? -EBADMSG : expiry_of(crt, out);
	gnutls_x509_crt_deinit(crt);
	return r;
}

static int parse_last(const gnutls_datum_t *data, struct expiry *out)
{
	gnutls_x509_crt_t *all = NULL;
	unsigned count = 0;
	int r = gnutls_x509_crt_list_import2(&all, &count, data, GNUTLS_X509_FMT_PEM, 0);

	if (r < 0)
		return -EBADMSG;
	r = 0;
	for (unsigned i = 0; i < count; i++) {
		struct expiry one;

		if (r == 0)
			r = expiry_of(all[i], &one);
		if (r == 0 && one.until_ms > out->until_ms)
			*out = one;
		gnutls_x509_crt_deinit(all[i]);
	}
	gnutls_free(all);
	if (r < 0)
		*out = (struct expiry){0};
	return r;
}

static int read_expiry(const char *path, int parse(const gnutls_datum_t *, struct expiry *),
		       struct expiry *out)
{
	unsigned char *buf = malloc(CERTIFICATE_FILE_MAX + 1);
	unsigned len = 0;
	int r;

	*out = (struct expiry){0};
	if (!buf)
		return -ENOMEM;
	r = read_file(path, buf, CERTIFICATE_FILE_MAX + 1, &len);
	if (r == 0 && len > CERTIFICATE_FILE_MAX)
		r = -EFBIG;
	if (r == 0)
		r = parse(&(gnutls_datum_t){.data = buf, .size = len}, out);
	free(buf);
	return r;
}

int certificate_read(const char *path, struct expiry *out)
{
	return read_expiry(path, parse_first, out);
}

int certificate_last(const char *path, struct expiry *out)
{
	return read_expiry(path, parse_last, out);
}

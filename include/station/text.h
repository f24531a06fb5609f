/* text.h - bounded text building and byte coding for the core, which has no printf and no malloc.
 * A struct text writes into memory the caller owns; what does not fit sets `full` and is dropped,
 * so one check at the end is enough. The buffer is NUL-terminated whenever cap > 0. */
#ifndef STATION_TEXT_H
#define STATION_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *buf;
	size_t cap; /* bytes in buf, the NUL included */
	size_t len; /* bytes written, the NUL not included; < cap */
	bool full;  /* something did not fit and is missing */
};

struct text text_over(char *buf, size_t cap);
void text_put(struct text *t, const char *s);
void text_bytes(struct text *t, const void *bytes, size_t len);
void text_char(struct text *t, char c);
void text_u64(struct text *t, uint64_t n);
void text_i64(struct text *t, int64_t n);
void text_digits(struct text *t, uint64_t n, unsigned width); /* zero padded, width 1..20 */
void text_hex(struct text *t, const void *bytes, size_t len);
void text_base64(struct text *t, const void *bytes, size_t len); /* RFC 4648, padded */
void text_json(struct text *t, const char *s,
	       size_t len); /* quoted JSON string; s is valid UTF-8 */
void text_time(struct text *t,
	       int64_t ms); /* RFC 3339 UTC, milliseconds: 2026-11-23T08:00:00.123Z */

/* Copies at most cap - 1 bytes and always terminates. False when src was cut. */
bool text_copy(char *dst, size_t cap, const char *src);
/* Decimal without sign, spaces or leading plus; false on anything else, or above max. */
bool text_read_u64(const char *s, size_t len, uint64_t max, uint64_t *out);
/* What text_time writes, years 1970 to 9999; false on anything else, days that do not exist
 * included. */
bool text_read_time(const char *s, size_t len, int64_t *ms);
bool text_read_hex(const char *s, size_t len, void *out,
		   size_t out_len); /* exactly out_len bytes, lower or upper case */
/* Base64 with padding; *out_len is the decoded length. False on a bad character or when it exceeds
 * cap. */
bool text_read_base64(const char *s, size_t len, void *out, size_t cap, size_t *out_len);
/* C escapes of one typed line (\\ \" \n \r \t \0 \xHH, octal) into bytes. False on a broken escape
 * or when it exceeds cap. */
bool text_unescape(const char *s, size_t len, uint8_t *out, size_t cap, size_t *out_len);
/* The reverse: printable ASCII but \ and " as it is, the rest \xHH (two digits always). */
void text_escape(struct text *t, const uint8_t *bytes, size_t len);
/* Well-formed UTF-8 after Unicode 15 table 3-7 (no surrogates, nothing over U+10FFFF), without NUL.
 */
bool text_is_utf8(const char *s, size_t len);
/* A UUID as we write it: 36 characters, lower case (RFC 9562). */
bool text_is_uuid(const char *s, size_t len);
#endif

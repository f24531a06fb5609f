/* gtin.h - product codes: the same GTIN comes with 8, 12, 13 or 14 digits, filled up with zeros in
 * front. */
#ifndef STATION_GTIN_H
#define STATION_GTIN_H
#include <stdbool.h>
#include <stddef.h>

#define GTIN_MAX 14

/* Whether it has one of the lengths, and only digits. */
bool gtin_is(const char *s, size_t len);
/* Moves *digits to the shortest of the lengths that holds the number; 1..GTIN_MAX digits. */
void gtin_shorten(const char **digits, size_t *len);
/* Whether both are the same GTIN; false where one is none. */
bool gtin_same(const char *a, const char *b);
#endif

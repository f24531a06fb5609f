/* symbology.h - the kinds of barcodes, by the letter of the AIM identifier with which a scanner
 * names them (ISO/IEC 15424). */
#ifndef STATION_SYMBOLOGY_H
#define STATION_SYMBOLOGY_H
#include <stdint.h>

/* All names as "a|b|c"; a set of them has the bit 1 << i for the name at place i. */
extern const char symbology_names[];
/* The bit of what an identifier (without its ]) names; 0: none of these, or no identifier. */
uint32_t symbology_bit(const char *aim);
#endif

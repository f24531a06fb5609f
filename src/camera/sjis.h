/* sjis.h - QR codes in Shift-JIS, the standard's own character set, which the code need not name.
 */
#ifndef CAMERA_SJIS_H
#define CAMERA_SJIS_H
#include "station/reading.h"

/* Whether bytes are plainly Shift-JIS: all that is not ASCII is pairs of it, and a pair is there
 * that no text of Western Europe has. Half-width katakana are not taken: Chinese, Korean and EUC
 * look like them. */
bool sjis_is_plain(const uint8_t *bytes, size_t len);
/* The label in UTF-8 instead; false, and *out is of no use: it can't be told so. */
bool sjis_to_utf8(const struct reading_label *label, struct reading_label *out);
#endif

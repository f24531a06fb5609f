/* squares.h - QR codes by zbar's image scanner, a fresh one for each image: a used one leaks, and
 * remembers. */
#ifndef CAMERA_SQUARES_H
#define CAMERA_SQUARES_H
#include "station/image.h"
#include "station/reading.h"

/* Reads a packed image, every `density`th line both ways; what it says are votes of this view.
 * -ENOMEM, or 0. */
int __attribute__((warn_unused_result))
squares_look(const struct image *image, int density, unsigned view, struct reading *r);
#endif

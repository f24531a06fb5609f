/* print.h - a label as a line on standard output. */
#ifndef CAMERA_PRINT_H
#define CAMERA_PRINT_H
#include "station/reading.h"

/* FILE, tab, SYMBOLOGY, tab, TEXT. */
void print_label(const char *file, const struct reading_label *label);
#endif

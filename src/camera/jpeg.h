/* jpeg.h - what libjpeg does of its own: here it prints nothing and ends no program, but goes back
 * to whoever called it. */
#ifndef CAMERA_JPEG_H
#define CAMERA_JPEG_H
#include <setjmp.h>
#include <stdio.h>
#include <jpeglib.h>

struct jpeg_trouble {
	struct jpeg_error_mgr manager; /* first: libjpeg knows no other */
	jmp_buf out;		       /* setjmp(t.out): not 0 behind an error */
};

/* For .err of a (de)compressor. */
struct jpeg_error_mgr *jpeg_quiet(struct jpeg_trouble *t);
#endif

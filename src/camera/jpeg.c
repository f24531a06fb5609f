/* jpeg.c - what libjpeg does of its own (jpeg.h). */
#include "jpeg.h"

static void on_error(j_common_ptr c)
{
	struct jpeg_trouble *t = (struct jpeg_trouble *)c->err;

	longjmp(t->out, 1);
}

static void on_output(j_common_ptr c)
{
	(void)c;
}

struct jpeg_error_mgr *jpeg_quiet(struct jpeg_trouble *t)
{
	struct jpeg_error_mgr *is = jpeg_std_error(&t->manager);

	is->error_exit = on_error;
	is->output_message = on_output;
	return is;
}

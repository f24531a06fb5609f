/* print.c - a label as a line on standard output (print.h). */
#include "print.h"
#include "sjis.h"
#include <stdio.h>

void print_label(const char *file, const struct reading_label *label)
{
	static char line[4 * READING_TEXT + 1]; /* every byte as \xHH */
	static struct reading_label other;
	struct text t = text_over(line, sizeof(line));

	if (!text_is_utf8((const char *)label->text, label->len) && sjis_to_utf8(label, &other))
		label = &other;
	reading_print(label, &t);
	(void)printf("%s\t%s\t%s\n", file, reading_name(label->symbology), line);
}

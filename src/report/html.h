/* html.h - pieces of the page: texts from outside made harmless, words in both languages, numbers
 * that a program can read again. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H
#include <stdint.h>
#include <stdio.h>

/* Text from outside: escaped, what orders a browser about replaced, its direction kept inside. */
void html_text(FILE *f, const char *s);
/* The same for an attribute's value, without the element around it. */
void html_value(FILE *f, const char *s);
/* Words of ours, in both languages; the page shows one. They may hold markup. */
void html_say(FILE *f, const char *en, const char *zh);
/* The same, of a text from outside. */
void html_say_text(FILE *f, const char *en, const char *zh);
/* 12,345 */
void html_number(FILE *f, uint64_t n);
/* A number that is found again by its name: data-figure, data-value. */
void html_figure(FILE *f, const char *name, uint64_t n);
/* 87.3 %; its data-value is 873; a dash where there is no whole. name may be NULL. */
void html_share(FILE *f, const char *name, uint64_t part, uint64_t whole);
/* Per mille, rounded; 0 where there is no whole. */
unsigned html_per_mille(uint64_t part, uint64_t whole);
/* 40 min, 51 h, 4 d 3 h: days from 96 hours on. */
void html_age(FILE *f, int64_t ms);
/* 12.3 s, 2 min 05 s, from tenths of a second. */
void html_tenths(FILE *f, uint32_t tenths);
#endif

/* sheet_svg.c - the codes of a sheet as SVG files, for label printers and other people's layouts
 * (sheet.h). */
#include "barcode.h"
#include "sheet.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BARS_MM 15.0

static bool draw(FILE *f, bool square, const struct sheet_card *card)
{
	struct barcode b;
	char why[128];
	bool ok = barcode_make(&b, square ? BARCODE_SQUARE : BARCODE_LINES, card->code, why,
			       sizeof(why));

	if (ok) {
		barcode_draw(f, &b, square ? BARCODE_SQUARE_MODULE : BARCODE_MODULE, BARS_MM,
			     card->code);
		(void)fputc('\n', f);
	} else {
		ctl_error("sheet: %s can't be drawn: %s", card->code, why);
	}
	barcode_free(&b);
	return ok;
}

/* A file that is there is replaced; a link is not followed. */
static bool draw_file(int dir, const char *where, const char *kind, bool square,
		      const struct sheet_card *card)
{
	char name[LABEL_MAX + 64];
	int fd;
	FILE *f;
	bool ok;

	(void)snprintf(name, sizeof(name), "%s-%s-%s.svg", kind, card->id,
		       square ? "qr" : "code128");
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f) {
		ctl_error("sheet: can't write %s/%s: %s", where, name, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	ok = draw(f, square, card);
	errno = 0;
	if (fclose(f) != 0) {
		ctl_error("sheet: can't write %s/%s: %s", where, name,
			  strerror(errno ? errno : EIO));
		return false;
	}
	return ok;
}

int sheet_svg_folder(const char *where)
{
	int fd;

	if (mkdir(where, 0777) != 0 && errno != EEXIST) {
		ctl_error("sheet: can't make the folder %s: %s", where, strerror(errno));
		return -1;
	}
	fd = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		ctl_error("sheet: can't open the folder %s: %s", where, strerror(errno));
		return -1;
	}
	if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) != 0) {
		ctl_error("sheet: can't write into the folder %s: %s", where, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

bool sheet_svg(int dir, const char *where, const struct sheet *sheet,
	       const struct sheet_cards *cards)
{
	const char *kind = label_kind_name(sheet->kind);
	bool ok = true;

	for (unsigned i = 0; ok && i < cards->count; i++)
		ok = draw_file(dir, where, kind, false, &cards->card[i]) &&
		     draw_file(dir, where, kind, true, &cards->card[i]);
	close(dir);
	return ok;
}

bool sheet_svg_one(FILE *f, bool square, const struct sheet_card *card)
{
	return draw(f, square, card);
}

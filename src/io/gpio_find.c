/* gpio_find.c - finds the panel's chip by label and its lines by name (F13), takes them, and says
 * in words what is in the way; see gpio_find.h. */
#include "gpio_find.h"
#include "station/text.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

_Static_assert(PANEL_LAMPS <= GPIO_CHIP_LINES && PANEL_BUTTONS <= GPIO_CHIP_LINES,
	       "lamps and buttons fit a request each");

/* --- the chip --- */

struct search {
	const struct settings_gpio *set;
	const char *dev;
	struct gpio_chip *chip; /* the best so far */
	unsigned rank;		/* its label's place in the list */
	char name[NAME_MAX + 1];
	struct text labels; /* of the others, for the message */
	struct text denied; /* what could not be opened */
	int err;	    /* why */
};

/* The place of label in the list; UINT_MAX: it is not there. */
static unsigned rank_of(const char *list, const char *label)
{
	const char *word;
	size_t len;

	for (unsigned rank = 0; (len = settings_word(&list, &word)) > 0; rank++)
		if (strlen(label) == len && memcmp(word, label, len) == 0)
			return rank;
	return UINT_MAX;
}

static void note_label(struct search *s, const char *label)
{
	if (s->labels.len > 0)
		text_put(&s->labels, ", ");
	text_put(&s->labels, label[0] ? label : "(none)");
}

static void note_denied(struct search *s, const char *path, int err)
{
	s->err = err;
	s->denied.len = 0;
	text_put(&s->denied, "; cannot open ");
	text_put(&s->denied, path);
	text_put(&s->denied, ": ");
	text_put(&s->denied, strerror(-err));
}

/* Of two chips with the same label the one whose name sorts first is taken, whatever the order of
 * the folder. */
static bool is_better(const struct search *s, unsigned rank, const char *name)
{
	return !s->chip || rank < s->rank || (rank == s->rank && strcmp(name, s->name) < 0);
}

static void look_at(struct search *s, const char *name)
{
	char path[PATH_MAX];
	struct gpio_chip *chip;
	struct stat st;
	unsigned rank;
	int r;

	(void)snprintf(path, sizeof(path), "%s/%s", s->dev, name);
	if (lstat(path, &st) < 0 || S_ISLNK(st.st_mode))
		return; /* a link leads to another of them */
	r = gpio_chip_open(&chip, path);
	if (r < 0) {
		note_denied(s, path, r);
		return;
	}
	note_label(s, gpio_chip_label(chip));
	rank = rank_of(s->set->chip, gpio_chip_label(chip));
	if (rank == UINT_MAX || !is_better(s, rank, name)) {
		gpio_chip_close(chip);
		return;
	}
	gpio_chip_close(s->chip);
	s->chip = chip;
	s->rank = rank;
	(void)text_copy(s->name, sizeof(s->name), name);
}

static int no_chip(const struct search *s, struct gpio_error *error)
{
	struct text t = text_over(error->text, sizeof(error->text));
	const char *list = s->set->chip, *word;
	size_t len;

	text_put(&t, "no GPIO chip has the label ");
	for (bool first = true; (len = settings_word(&list, &word)) > 0; first = false) {
		if (!first)
			text_put(&t, " or ");
		text_bytes(&t, word, len);
	}
	if (s->labels.len > 0) {
		text_put(&t, "; there are: ");
		text_put(&t, s->labels.buf);
	} else if (s->denied.len == 0) {
		text_put(&t, "; there is none at all in ");
		text_put(&t, s->dev);
	}
	text_put(&t, s->denied.buf);
	return s->err ? s->err : -ENODEV;
}

int gpio_find_chip(struct gpio_chip **out, const struct settings_gpio *set, const char *dev,
		   struct gpio_error *error)
{
	char labels[256], denied[160];
	struct search s = {.set = set,
			   .dev = dev,
			   .labels = text_over(labels, sizeof(labels)),
			   .denied = text_over(denied, sizeof(denied))};
	const struct dirent *e;
	DIR *d = opendir(dev);

	if (d) {
		while ((e = readdir(d)))
			if (strncmp(e->d_name, "gpiochip", strlen("gpiochip")) == 0)
				look_at(&s, e->d_name);
		(void)closedir(d);
	} else {
		note_denied(&s, dev, -errno);
	}
	if (!s.chip)
		return no_chip(&s, error);
	*out = s.chip;
	return 0;
}

/* --- its lines --- */

struct want { /* lines that are asked for together */
	const char *section;
	const char *(*key)(unsigned i);
	const char (*name)[SETTINGS_LINE];
	unsigned count;
	unsigned offset[GPIO_CHIP_LINES];
};

static const char *button_key(unsigned i)
{
	return panel_button_name((enum panel_button)i);
}

static const char *lamp_key(unsigned i)
{
	return panel_lamp_name((enum panel_lamp)i);
}

static const char *buzzer_key(unsigned i)
{
	(void)i;
	return "line";
}

/* "line GPIO5 ([buttons] pass)" */
static void put_line(struct text *t, const struct want *w, unsigned i)
{
	text_put(t, "line ");
	text_put(t, w->name[i]);
	text_put(t, " ([");
	text_put(t, w->section);
	text_put(t, "] ");
	text_put(t, w->key(i));
	text_char(t, ')');
}

static int find_lines(struct gpio_chip *chip, struct want *w, struct gpio_error *error)
{
	for (unsigned i = 0; i < w->count; i++) {
		struct text t = text_over(error->text, sizeof(error->text));
		int r = gpio_chip_find(chip, w->name[i], &w->offset[i]);

		if (r == 0)
			continue;
		text_put(&t, "the GPIO chip ");
		text_put(&t, gpio_chip_label(chip));
		text_put(&t, r == -ENOENT ? " has no " : ": cannot look for ");
		put_line(&t, w, i);
		if (r == -ENOENT) {
			text_put(&t, "; gpioinfo shows the names of its lines");
		} else {
			text_put(&t, ": ");
			text_put(&t, strerror(-r));
		}
		return r;
	}
	return 0;
}

/* Says who has a line of ours. False: nobody has, by now. */
static bool name_holder(struct gpio_chip *chip, const struct want *w, struct gpio_error *error)
{
	for (unsigned i = 0; i < w->count; i++) {
		struct text t = text_over(error->text, sizeof(error->text));
		char user[64];

		if (gpio_chip_holder(chip, w->offset[i], user, sizeof(user)) <= 0)
			continue;
		put_line(&t, w, i);
		text_put(&t, " of the GPIO chip ");
		text_put(&t, gpio_chip_label(chip));
		text_put(&t, " is taken by ");
		text_put(&t, user[0] ? user : "somebody who gives no name");
		if (strcmp(user, GPIO_CHIP_USER) == 0)
			text_put(&t, ", another one than this");
		return true;
	}
	return false;
}

static int refuse_lines(struct gpio_chip *chip, const struct want *w, int r,
			struct gpio_error *error)
{
	struct text t;

	if (r == -EBUSY && name_holder(chip, w, error))
		return r;
	t = text_over(error->text, sizeof(error->text));
	text_put(&t, "cannot take the lines of [");
	text_put(&t, w->section);
	text_put(&t, "] of the GPIO chip ");
	text_put(&t, gpio_chip_label(chip));
	text_put(&t, ": ");
	text_put(&t, strerror(-r));
	if (r == -ENXIO || r == -ENODEV)
		text_put(&t, "; can this chip tell edges?");
	else if (r == -EINVAL || r == -EOPNOTSUPP)
		text_put(&t, "; perhaps this chip has no such bias");
	return r;
}

static int take_lines(struct gpio_chip *chip, const struct settings_gpio *set,
		      struct gpio_find_lines *out, struct gpio_error *error)
{
	struct want buttons = {"buttons", button_key, set->button, PANEL_BUTTONS, {0}};
	struct want lamps = {"lamps", lamp_key, set->lamp, PANEL_LAMPS, {0}};
	struct want buzzer = {"buzzer", buzzer_key, &set->buzzer, set->buzzer[0] ? 1 : 0, {0}};
	int r = find_lines(chip, &buttons, error);

	if (r == 0)
		r = find_lines(chip, &lamps, error);
	if (r == 0)
		r = find_lines(chip, &buzzer, error);
	if (r < 0)
		return r;
	r = gpio_chip_listen(chip, &out->buttons, buttons.offset, buttons.count,
			     set->buttons_low == SETTINGS_YES, set->bias);
	if (r < 0)
		return refuse_lines(chip, &buttons, r, error);
	r = gpio_chip_drive(chip, &out->lamps, lamps.offset, lamps.count,
			    set->lamps_low == SETTINGS_YES);
	if (r < 0)
		return refuse_lines(chip, &lamps, r, error);
	if (buzzer.count > 0)
		r = gpio_chip_drive(chip, &out->buzzer, buzzer.offset, buzzer.count,
				    set->buzzer_low == SETTINGS_YES);
	return r < 0 ? refuse_lines(chip, &buzzer, r, error) : 0;
}

int gpio_find(struct gpio_find_lines *out, const struct settings_gpio *set, const char *dev,
	      struct gpio_error *error)
{
	struct gpio_find_lines l = {0};
	struct gpio_chip *chip = NULL;
	int r = gpio_find_chip(&chip, set, dev, error);

	if (r < 0)
		return r;
	r = take_lines(chip, set, &l, error);
	gpio_chip_close(chip);
	if (r < 0) {
		gpio_find_release(&l);
		return r;
	}
	*out = l;
	return 0;
}

void gpio_find_release(struct gpio_find_lines *l)
{
	gpio_chip_release(l->buttons);
	gpio_chip_release(l->lamps);
	gpio_chip_release(l->buzzer);
	*l = (struct gpio_find_lines){0};
}

/* feed.c - a camera's frames (feed.h): when its source is started and ended, and what is said. */
#include "feed.h"
#include "pipe.h"
#include "station/moment.h"
#include "video.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAMAGED_MS 60000 /* from a complaint about damaged frames to the next */

struct feed {
	struct feed_is is;
	struct pipe *pipe; /* one of the two */
	struct video *video;
	uint64_t due_ms;     /* start, or hang */
	uint64_t wait_ms;    /* before the next start */
	uint64_t fine_ms;    /* frames have come since then; MOMENT_NEVER: none yet */
	uint64_t damaged_ms; /* when damaged frames may be complained of again */
	char said[FEED_WHY]; /* why there are no frames, as last said; "" = there are */
};

static const char *subject(const struct feed *f)
{
	return f->video ? "the camera" : "the camera's command";
}

/* Once for each reason. */
static void say(struct feed *f, const char *words)
{
	if (strcmp(f->said, words) == 0)
		return;
	(void)text_copy(f->said, sizeof(f->said), words);
	(void)fprintf(stderr, "station-camera: %s %s; it is %s again\n", subject(f), words,
		      f->video ? "tried" : "started");
}

enum feed_pixels feed_pixels_of(const char *name)
{
	static const char *const names[FEED_FORMATS] = {"yuv420", "grey", "yuyv"};
	unsigned i = 0;

	while (i < FEED_FORMATS && strcmp(name[0] ? name : names[0], names[i]) != 0)
		i++;
	return (enum feed_pixels)i;
}

int feed_open(struct feed **out, const struct feed_is *is)
{
	struct feed *f;
	int e;

	if (is->width == 0 || is->height == 0 || is->width > IMAGE_SIDE ||
	    is->height > IMAGE_SIDE || is->pixels >= FEED_FORMATS)
		return -EINVAL;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->is = *is;
	f->wait_ms = FEED_AGAIN_MS;
	f->fine_ms = MOMENT_NEVER;
	e = is->device ? video_open(&f->video, is) : pipe_open(&f->pipe, is);
	if (e < 0) {
		feed_close(f);
		return e;
	}
	*out = f;
	return 0;
}

int feed_fd(const struct feed *f)
{
	return f->video ? video_fd(f->video) : pipe_fd(f->pipe);
}

bool feed_lives(const struct feed *f)
{
	return f->fine_ms != MOMENT_NEVER;
}

uint64_t feed_due(const struct feed *f)
{
	return f->due_ms;
}

static void later(struct feed *f, uint64_t now_ms)
{
	uint64_t latest = f->video ? FEED_PLUG_MS : FEED_LATEST_MS;

	f->fine_ms = MOMENT_NEVER;
	f->due_ms = now_ms + f->wait_ms;
	f->wait_ms = 2 * f->wait_ms < latest ? 2 * f->wait_ms : latest;
}

void feed_turn(struct feed *f, uint64_t now_ms)
{
	char words[FEED_WHY];
	struct text why = text_over(words, sizeof(words));
	bool runs = feed_fd(f) >= 0;

	if (now_ms < f->due_ms)
		return;
	if (runs && f->video)
		video_hangs(f->video, &why);
	else if (runs)
		pipe_hangs(f->pipe, &why);
	else if (f->video ? video_start(f->video, &why) : pipe_start(f->pipe, &why)) {
		f->due_ms = now_ms + FEED_SILENT_MS;
		return;
	}
	say(f, words);
	later(f, now_ms);
}

static void on_frame(struct feed *f, uint64_t now_ms)
{
	f->due_ms = now_ms + FEED_SILENT_MS;
	if (f->fine_ms == MOMENT_NEVER)
		f->fine_ms = now_ms;
	else if (now_ms - f->fine_ms >= FEED_FINE_MS)
		f->wait_ms = FEED_AGAIN_MS;
	if (f->said[0])
		(void)fprintf(stderr, "station-camera: %s gives frames again\n", subject(f));
	f->said[0] = '\0';
}

bool feed_read(struct feed *f, uint64_t now_ms, struct image *frame)
{
	char words[FEED_WHY];
	struct text why = text_over(words, sizeof(words));
	enum feed_got got;

	if (feed_fd(f) < 0)
		return false;
	got = f->video ? video_read(f->video, frame, &why) : pipe_read(f->pipe, frame, &why);
	switch (got) {
	case FEED_NONE:
		break;
	case FEED_FRAME:
		on_frame(f, now_ms);
		return true;
	case FEED_DAMAGED:
		if (now_ms >= f->damaged_ms) {
			(void)fprintf(stderr, "station-camera: the camera %s; they are dropped\n",
				      words);
			f->damaged_ms = now_ms + DAMAGED_MS;
		}
		break;
	case FEED_ENDED:
		say(f, words);
		later(f, now_ms);
		break;
	}
	return false;
}

const uint8_t *feed_jpeg(const struct feed *f, size_t *len)
{
	return f->video ? video_jpeg(f->video, len) : NULL;
}

void feed_mode(const struct feed *f, struct text *t)
{
	if (f->video) {
		video_mode(f->video, t);
		return;
	}
	text_u64(t, f->is.width);
	text_char(t, 'x');
	text_u64(t, f->is.height);
}

void feed_close(struct feed *f)
{
	if (!f)
		return;
	pipe_close(f->pipe);
	video_close(f->video);
	free(f);
}

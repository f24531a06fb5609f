/* uplink_feed.c - the uplink's own thread (uplink_feed.h). Jobs go in by a queue and come back by
 * another, of which an eventfd tells the loop. */
#include "uplink_feed.h"
#include "log.h"
#include "thread.h"
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define LINES_CAP  (UPLINK_PAGE_BYTES + EVENT_LINE_MAX + 1)
#define GZIP	   16	 /* added to zlib's window bits: a gzip head and tail */
#define WINDOW	   15	 /* bits */
#define FEED_NICE  5	 /* the line waits for presses, not they for it */
#define CLOSE_S	   2	 /* a thread that hangs on a dead disk is waited for so long */
#define TRIM_BYTES 65536 /* a page from which the freed memory goes back to the system */

struct queue {
	struct uplink_job *first, **last;
};

struct uplink_feed {
	struct uplink_source source;
	void (*done)(void *user, struct uplink_job *job);
	void *user;
	struct loop_source *io;
	int fd; /* eventfd: something is done */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct queue asked, ready; /* under lock, as is stop */
	bool stop, started;
	z_stream zip; /* from here on the thread's */
	bool zipping;
	char *lines;
};

static void queue_put(struct queue *q, struct uplink_job *job)
{
	job->next = NULL;
	*q->last = job;
	q->last = &job->next;
}

static struct uplink_job *queue_take(struct queue *q)
{
	struct uplink_job *job = q->first;

	if (job) {
		q->first = job->next;
		if (!q->first)
			q->last = &q->first;
	}
	return job;
}

/* --- on the thread --- */

static int zip_begin(struct uplink_feed *f)
{
	if (f->zipping)
		return deflateReset(&f->zip) == Z_OK ? 0 : -EIO;
	if (deflateInit2(&f->zip, 1, Z_DEFLATED, WINDOW + GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	f->zipping = true;
	return 0;
}

static int pack(struct uplink_feed *f, struct uplink_job *job, size_t len)
{
	int r = zip_begin(f);
	uLong bound;

	if (r < 0)
		return r;
	bound = deflateBound(&f->zip, LINES_CAP);
	if (!job->packed && !(job->packed = malloc(bound)))
		return -ENOMEM;
	f->zip.next_in = (Bytef *)f->lines;
	f->zip.avail_in = (uInt)len;
	f->zip.next_out = (Bytef *)job->packed;
	f->zip.avail_out = (uInt)bound;
	if (deflate(&f->zip, Z_FINISH) != Z_STREAM_END)
		return -EIO;
	job->packed_len = bound - f->zip.avail_out;
	return 0;
}

static int do_page(struct uplink_feed *f, struct uplink_job *job)
{
	struct uplink_page page = {.lines = f->lines};
	int r;

	job->packed_len = 0;
	job->to = 0;
	if (!f->lines && !(f->lines = page.lines = malloc(LINES_CAP)))
		return -ENOMEM;
	r = f->source.page(f->source.user, job->from, job->count, &page);
	if (r < 0 || page.len == 0)
		return r;
	if (page.from != job->from || page.to < page.from || page.len > LINES_CAP)
		return -ENODATA;
	job->to = page.to;
	job->fresh = true;
	job->full = page.len + EVENT_LINE_MAX + 1 > UPLINK_PAGE_BYTES;
	memcpy(job->hash, page.hash, sizeof(job->hash));
	return pack(f, job, page.len);
}

static int do_list(struct uplink_job *job)
{
	bool ok = uplink_list_read(&job->list, job->body, job->body_len);
	bool large = job->body_len > TRIM_BYTES;

	free(job->body);
	job->body = NULL;
	if (large)
		(void)malloc_trim(0);
	return ok ? 0 : -EBADMSG;
}

static bool skip(void *user, const char *sha256)
{
	const struct uplink_job *job = user;

	return photosync_skips(job->aside, job->asides, sha256);
}

static int do_piece(struct uplink_feed *f, struct uplink_job *job)
{
	if (!job->packed && !(job->packed = malloc(PHOTOSYNC_PIECE_MAX)))
		return -ENOMEM;
	if (job->count > PHOTOSYNC_PIECE_MAX)
		return -EINVAL;
	return f->source.photo_read(f->source.user, job->sha256, job->from, job->packed,
				    job->count);
}

static void do_job(struct uplink_feed *f, struct uplink_job *job)
{
	switch (job->kind) {
	case UPLINK_JOB_PAGE:
		job->error = do_page(f, job);
		break;
	case UPLINK_JOB_HASH:
		job->error = f->source.hash(f->source.user, job->from, job->hash);
		break;
	case UPLINK_JOB_LIST:
		job->error = do_list(job);
		break;
	case UPLINK_JOB_PHOTO:
		job->error = f->source.photo(f->source.user, skip, job, job->sha256, &job->bytes);
		break;
	case UPLINK_JOB_PIECE:
		job->error = do_piece(f, job);
		break;
	case UPLINK_JOB_NOTE:
		job->error = f->source.photo_delivered(f->source.user, job->sha256);
		break;
	case UPLINK_JOB_AGAIN:
		job->error = f->source.photo_again(f->source.user);
		break;
	}
}

static void *run(void *arg)
{
	struct uplink_feed *f = arg;
	uint64_t one = 1;

	if (!thread_step_back(FEED_NICE))
		log_warning("what is read for the line runs without a lower priority");
	pthread_mutex_lock(&f->lock);
	while (!f->stop) {
		struct uplink_job *job = queue_take(&f->asked);

		if (!job) {
			pthread_cond_wait(&f->wake, &f->lock);
			continue;
		}
		pthread_mutex_unlock(&f->lock);
		do_job(f, job);
		pthread_mutex_lock(&f->lock);
		queue_put(&f->ready, job);
		if (write(f->fd, &one, sizeof(one)) < 0)
			continue; /* its counter is full: the loop is told already */
	}
	pthread_mutex_unlock(&f->lock);
	if (f->source.close)
		f->source.close(f->source.user);
	return NULL;
}

/* --- on the loop's thread --- */

static void on_ready(void *user, int fd, uint32_t events)
{
	struct uplink_feed *f = user;
	struct uplink_job *job;
	uint64_t count;

	(void)events;
	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return;
	for (;;) {
		pthread_mutex_lock(&f->lock);
		job = queue_take(&f->ready);
		pthread_mutex_unlock(&f->lock);
		if (!job)
			return;
		job->busy = false;
		f->done(f->user, job);
	}
}

int uplink_feed_open(struct uplink_feed **out, struct loop *loop,
		     const struct uplink_source *source,
		     void (*done)(void *user, struct uplink_job *job), void *user)
{
	struct uplink_feed *f = calloc(1, sizeof(*f));
	int r = 0;

	if (!f)
		return -ENOMEM;
	f->source = *source;
	f->done = done;
	f->user = user;
	f->asked.last = &f->asked.first;
	f->ready.last = &f->ready.first;
	(void)pthread_mutex_init(&f->lock, NULL);
	(void)pthread_cond_init(&f->wake, NULL);
	f->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (f->fd < 0)
		r = -errno;
	if (r == 0)
		r = loop_io(loop, &f->io, f->fd, EPOLLIN, on_ready, f);
	if (r == 0) {
		r = thread_begin(&f->thread, THREAD_ANYWHERE, run, f);
		f->started = r == 0;
	}
	if (r < 0) {
		(void)uplink_feed_close(f);
		return r;
	}
	*out = f;
	return 0;
}

void uplink_feed_ask(struct uplink_feed *f, struct uplink_job *job)
{
	job->busy = true;
	job->error = 0;
	pthread_mutex_lock(&f->lock);
	queue_put(&f->asked, job);
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
}

static bool join(struct uplink_feed *f)
{
	struct timespec until;

	pthread_mutex_lock(&f->lock);
	f->stop = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += CLOSE_S;
	return pthread_clockjoin_np(f->thread, NULL, CLOCK_MONOTONIC, &until) == 0;
}

bool uplink_feed_close(struct uplink_feed *f)
{
	if (!f)
		return true;
	loop_source_free(f->io);
	if (f->started && !join(f))
		return false;
	if (f->fd >= 0)
		close(f->fd);
	if (f->zipping)
		(void)deflateEnd(&f->zip);
	free(f->lines);
	(void)pthread_cond_destroy(&f->wake);
	(void)pthread_mutex_destroy(&f->lock);
	free(f);
	return true;
}

void uplink_feed_free(struct uplink_job *job)
{
	free(job->packed);
	free(job->body);
	uplink_list_free(&job->list);
	*job = (struct uplink_job){0};
}

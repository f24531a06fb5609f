/* badcms.c - preloaded into stationd: looking at a signature takes as long as a test wants: while
 * the file $BADCMS_CONTROL is there. */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LOOKS 3000 /* a test that forgets it hangs nobody for ever */

typedef int verify_fn(void *, void *, void *, void *, void *, unsigned);

int CMS_verify(void *cms, void *certs, void *store, void *content, void *out, unsigned flags)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	const char *control = getenv("BADCMS_CONTROL");
	static verify_fn *real;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "CMS_verify");
	for (int n = 0; n < LOOKS && control != NULL && access(control, F_OK) == 0; n++)
		nanosleep(&pause, NULL);
	return real(cms, certs, store, content, out, flags);
}

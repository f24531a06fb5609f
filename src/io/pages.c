/* pages.c - gives back what only the start needed (pages.h). libcurl brings thirty libraries, whose
 * symbol tables the linker reads once: more memory than all of the station. */
#include "pages.h"
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Only segments that nobody ever wrote: what relocation changed is in writable ones. */
static int trim_object(struct dl_phdr_info *object, size_t size, void *user)
{
	uintptr_t page = *(const uintptr_t *)user;

	(void)size;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &object->dlpi_phdr[i];
		uintptr_t from = object->dlpi_addr + p->p_vaddr, to = from + p->p_memsz;

		if (p->p_type != PT_LOAD || p->p_flags & PF_W)
			continue;
		from &= ~(page - 1);
		to = (to + page - 1) & ~(page - 1);
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void pages_trim(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)dl_iterate_phdr(trim_object, &page);
}

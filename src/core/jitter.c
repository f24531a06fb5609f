/* jitter.c - random waits (jitter.h). */
#include "station/jitter.h"

uint64_t jitter_draw(uint64_t *state, uint64_t most)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return most == UINT64_MAX ? z : z % (most + 1);
}

uint64_t jitter_wait(uint64_t *state, uint64_t first_ms, uint64_t cap_ms, uint32_t failures)
{
	uint64_t wait = first_ms;

	for (uint32_t i = 1; i < failures && wait < cap_ms; i++)
		wait = wait > cap_ms / 2 ? cap_ms : wait * 2;
	return jitter_draw(state, wait < cap_ms ? wait : cap_ms);
}

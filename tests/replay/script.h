/* script.h - plays a .scan file and writes what came out. */
#ifndef REPLAY_SCRIPT_H
#define REPLAY_SCRIPT_H
#include "world.h"

void script_play(const char *path, FILE *transcript);
#endif

# The return station. `make demo` and `make check` install what is missing (Debian), build into build/ and run.
# Switches: CC=clang|aarch64-linux-gnu-gcc  PKG_CONFIG=...  SANITIZE=address,undefined  COVERAGE=1  BUILD=folder  T=name (one test or fuzz target)
.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules
ifeq ($(origin CC),default)
CC := gcc
endif
VERSION := 0.1.0
# GNU's folders, for make install. /etc, /var/lib and /run are where the programs look, whatever the prefix.
prefix ?= /usr/local
exec_prefix ?= $(prefix)
bindir ?= $(exec_prefix)/bin
sbindir ?= $(exec_prefix)/sbin
datarootdir ?= $(prefix)/share
datadir ?= $(datarootdir)
mandir ?= $(datarootdir)/man
docdir ?= $(datarootdir)/doc
sysconfdir ?= /etc
libdir ?= $(prefix)/lib
libexecdir ?= $(exec_prefix)/libexec
unitdir ?= $(libdir)/systemd/system
INSTALL ?= install

# Each variant builds in a folder of its own, so that switching never mixes objects.
VARIANT := $(if $(filter clang%,$(notdir $(CC))),/clang)$(if $(SANITIZE),/sanitize)$(if $(COVERAGE),/coverage)
BUILD ?= build$(VARIANT)

WARN := -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Wvla -Wstrict-prototypes -Wmissing-prototypes -Werror
# Sanitized code runs as fast with -Og, and takes gcc a quarter of the time.
CFLAGS ?= $(if $(SANITIZE),-Og,-O2) -g
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
ALL_CFLAGS := -std=c17 $(WARN) $(CFLAGS) -Iinclude -Isrc -D_GNU_SOURCE -DSTATION_VERSION='"$(VERSION)"' \
	-DSTATION_SHARE='"$(datadir)/station"' -DSTATION_LIBEXEC='"$(libexecdir)/station"' -MMD -MP
ALL_LDFLAGS := -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)
ifneq ($(SANITIZE),)
ALL_CFLAGS += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer -fPIE
ALL_LDFLAGS += -fsanitize=$(SANITIZE)
else
ALL_CFLAGS += $(HARDEN)
endif
ifneq ($(COVERAGE),)
ALL_CFLAGS += --coverage -O0 -U_FORTIFY_SOURCE
ALL_LDFLAGS += --coverage
endif

# The one list of libraries; the README gives each one's reason.
LIBS_CORE := nettle
LIBS_IO := libsystemd sqlite3 libserialport libevdev libgpiod libcurl gnutls jansson zlib libcrypto
LIBS_CTL := jansson ncursesw
# Debian's zint has no .pc file.
LINK_CTL := -lzint
LIBS_EXPORT := libarchive
LIBS_HQ := libmicrohttpd gnutls jansson zlib
LIBS_CAMERA := zbar libpng libjpeg libwebp
PKG_CONFIG ?= pkg-config
pkg = $(shell $(PKG_CONFIG) --$(1) $(2) 2>/dev/null)

CORE_SRC := $(wildcard src/core/*.c)
# libgpiod 1 and 2 have nothing in common: of gpio_chip_v1.c and gpio_chip_v2.c the one that fits is built.
GPIOD := $(if $(filter 1.%,$(call pkg,modversion,libgpiod)),1,2)
IO_SRC := $(filter-out src/io/gpio_chip_v$(if $(filter 1,$(GPIOD)),2,1).c,$(wildcard src/io/*.c))
PROGRAMS := stationd stationctl station-export hqd station-camera
CORE := $(BUILD)/libcore.a
IO := $(BUILD)/libio.a
HQ := $(BUILD)/libhq.a
CAMERA := $(BUILD)/libcamera.a
# report.html is written by stationctl and by whoever exports.
REPORT := $(BUILD)/libreport.a
obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
# libevdev's header lies in a folder of its own.
EVDEV_CFLAGS := $(call pkg,cflags,libevdev)
ALL_CFLAGS += $(EVDEV_CFLAGS)

all: $(PROGRAMS:%=$(BUILD)/%) $(BUILD)/labels.d/.copied

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(ALL_CFLAGS) $(EXTRA) -c -o $@ $<
# A program that is not installed finds the label formats beside it.
LABELS := $(wildcard src/labels.d/*.conf)
$(BUILD)/labels.d/.copied: $(LABELS) Makefile
	@rm -rf $(@D); mkdir -p $(@D); cp $(LABELS) $(@D); touch $@
# An archive is made anew, so that no member of a removed file stays in it.
$(CORE): $(call obj,$(CORE_SRC))
	@rm -f $@; $(AR) rcs $@ $^
$(IO): $(call obj,$(IO_SRC))
	@rm -f $@; $(AR) rcs $@ $^

$(REPORT): $(call obj,$(wildcard src/report/*.c))
	@rm -f $@; $(AR) rcs $@ $^

# The sources that hold a folder of the installation are built anew when that changes.
$(BUILD)/obj/datadir: FORCE
	@mkdir -p $(@D)
	@echo '$(datadir) $(libexecdir)' | cmp -s - $@ || echo '$(datadir) $(libexecdir)' >$@
$(BUILD)/obj/src/stationd/main.o $(BUILD)/obj/src/stationctl/ctl_doctor.o $(BUILD)/obj/src/stationctl/doctor_board.o $(BUILD)/obj/src/stationctl/ctl_label.o \
	$(BUILD)/obj/src/stationctl/ctl_export.o: $(BUILD)/obj/datadir

define program
$(BUILD)/$(1): $(call obj,$(wildcard src/$(1)/*.c)) $(4) $(IO) $(CORE)
	@echo "  LD $$@"
	@$(CC) $(ALL_CFLAGS) -o $$@ $$(filter %.o,$$^) $(4) $(IO) $(CORE) $(ALL_LDFLAGS) $$(call pkg,libs,$(LIBS_IO) $(LIBS_CORE) $(2)) $(3) -lpthread
endef
$(eval $(call program,stationd))
$(eval $(call program,stationctl,$(LIBS_CTL),$(LINK_CTL),$(REPORT)))
$(eval $(call program,hqd,$(LIBS_HQ)))
# Its folder has the short name.
$(BUILD)/station-export: $(call obj,$(wildcard src/export/*.c)) $(REPORT) $(IO) $(CORE)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $(filter %.o,$^) $(REPORT) $(IO) $(CORE) $(ALL_LDFLAGS) $(call pkg,libs,$(LIBS_EXPORT) $(LIBS_IO) $(LIBS_CORE)) -lpthread
# The camera's program has of the station's io only what reads the settings. Its passes over pixels are worth vectors.
$(CAMERA): $(call obj,$(filter-out src/camera/main.c,$(wildcard src/camera/*.c)))
	@rm -f $@; $(AR) rcs $@ $^
$(BUILD)/station-camera: $(BUILD)/obj/src/camera/main.o $(CAMERA) $(IO) $(CORE)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(CAMERA) $(IO) $(CORE) $(ALL_LDFLAGS) $(call pkg,libs,$(LIBS_CAMERA) libsystemd $(LIBS_CORE)) -lgif
ifeq ($(COVERAGE)$(SANITIZE),)
$(BUILD)/obj/src/core/image.o $(BUILD)/obj/src/core/comb.o $(BUILD)/obj/src/core/still.o $(BUILD)/obj/src/core/locate.o: EXTRA += -O3
endif

# --- tests: each tests/unit/test_*.c is one program; it prints TAP ---
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
$(BUILD)/tests/test_%: $(BUILD)/obj/tests/unit/test_%.o $(IO) $(CORE)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(IO) $(CORE) $(ALL_LDFLAGS) $(call pkg,libs,cmocka $(LIBS_IO) $(LIBS_CORE)) -lpthread -lm
# A stand-in for libgpiod takes the library's place.
FAKE_GPIOD := tests/unit/fake_gpiod.c tests/unit/fake_gpiod_v$(GPIOD).c
$(BUILD)/tests/test_gpio $(BUILD)/tests/test_gpio_find: $(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(call obj,$(FAKE_GPIOD)) $(IO) $(CORE)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $(filter %.o,$^) $(IO) $(CORE) $(ALL_LDFLAGS) $(call pkg,libs,cmocka $(LIBS_IO) $(LIBS_CORE)) -lpthread
# And one for libevdev.
$(BUILD)/tests/test_hid: $(BUILD)/obj/tests/unit/test_hid.o $(call obj,tests/unit/fake_evdev.c) $(IO) $(CORE)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $(filter %.o,$^) $(IO) $(CORE) $(ALL_LDFLAGS) $(call pkg,libs,cmocka $(LIBS_IO) $(LIBS_CORE)) -lpthread
$(BUILD)/tests/replay: $(call obj,$(wildcard tests/replay/*.c)) $(CORE)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $(filter %.o,$^) $(CORE) $(ALL_LDFLAGS) $(call pkg,libs,$(LIBS_CORE))
$(BUILD)/tests/walk: $(call obj,$(wildcard tests/walk/*.c)) $(CORE)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $(filter %.o,$^) $(CORE) $(ALL_LDFLAGS) $(call pkg,libs,$(LIBS_CORE))
# hqd's rooms are tested without its main.
$(HQ): $(call obj,$(filter-out src/hqd/main.c,$(wildcard src/hqd/*.c)))
	@rm -f $@; $(AR) rcs $@ $^
$(BUILD)/tests/test_hqd%: $(BUILD)/obj/tests/unit/test_hqd%.o $(HQ) $(IO) $(CORE)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(HQ) $(IO) $(CORE) $(ALL_LDFLAGS) $(call pkg,libs,cmocka $(LIBS_HQ) $(LIBS_IO) $(LIBS_CORE)) -lpthread
$(BUILD)/tests/test_roll: $(BUILD)/obj/tests/unit/test_roll.o $(call obj,src/export/roll.c src/export/sink.c) $(IO) $(CORE)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $(filter %.o,$^) $(IO) $(CORE) $(ALL_LDFLAGS) $(call pkg,libs,cmocka $(LIBS_IO) $(LIBS_CORE)) -lpthread
# The camera's rooms likewise, with labels that zint draws.
$(BUILD)/tests/test_camera%: $(BUILD)/obj/tests/unit/test_camera%.o $(CAMERA) $(CORE)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(CAMERA) $(CORE) $(ALL_LDFLAGS) $(call pkg,libs,cmocka $(LIBS_CAMERA) $(LIBS_CORE)) -lgif -lzint -lm
# A stand-in for the system's calls about a V4L2 camera.
$(BUILD)/obj/tests/unit/fake_video.o: EXTRA += -U_FORTIFY_SOURCE
$(BUILD)/tests/test_camera_video: $(BUILD)/obj/tests/unit/test_camera_video.o $(call obj,tests/unit/fake_video.c) $(CAMERA) $(CORE)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $(filter %.o,$^) $(CAMERA) $(CORE) $(ALL_LDFLAGS) $(call pkg,libs,cmocka $(LIBS_CAMERA) $(LIBS_CORE)) -lgif -lpthread
# Pictures of labels, with their truth.
$(BUILD)/tests/scene: $(BUILD)/obj/tests/scene/scene.o
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(ALL_LDFLAGS) $(call pkg,libs,libjpeg) -lzint -lm
# For the measurement only, and only where they are: zbar at its defaults, ZXing-C++ (C++, hence CXX).
CXX ?= g++
READER := $(BUILD)/obj/tests/perf/reader.o $(BUILD)/obj/tests/perf/sequences.o
$(BUILD)/tests/reader: $(READER) $(CAMERA) $(CORE) tests/perf/reader_zxing.cpp
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CXX) -O2 $(call pkg,cflags,zxing) -o $@ tests/perf/reader_zxing.cpp $(READER) $(CAMERA) $(CORE) \
		$(call pkg,libs,zxing $(LIBS_CAMERA) $(LIBS_CORE)) -lgif
$(BUILD)/tests/baseline: $(BUILD)/obj/tests/perf/baseline.o
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(ALL_LDFLAGS) $(call pkg,libs,sqlite3)
$(BUILD)/tests/labels: $(BUILD)/obj/tests/perf/labels.o $(IO) $(CORE)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(IO) $(CORE) $(ALL_LDFLAGS) $(call pkg,libs,$(LIBS_IO) $(LIBS_CORE)) -lpthread
$(BUILD)/tests/press: $(BUILD)/obj/tests/perf/press.o
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) -o $@ $< $(ALL_LDFLAGS)
# Preloaded by tests that need a slow, full or broken disk, a clock that is wrong, or signatures that take long.
PRELOADED := $(BUILD)/tests/baddisk.so $(BUILD)/tests/badclock.so $(BUILD)/tests/badcms.so
$(PRELOADED): $(BUILD)/tests/%.so: tests/system/%.c Makefile
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -shared -fPIC -o $@ $< -ldl
# Preloaded where there is no GPIO chip.
$(BUILD)/tests/badgpio.so: tests/system/badgpio.c $(FAKE_GPIOD) tests/unit/fake_gpiod.h Makefile
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -shared -fPIC -o $@ $(filter %.c,$^) -ldl -lpthread
# Preloaded where there is no keyboard: a pty takes its place.
$(BUILD)/tests/badhid.so: tests/unit/fake_evdev.c tests/unit/fake_evdev.h Makefile
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror $(EVDEV_CFLAGS) -shared -fPIC -o $@ $<
# And where there is no camera.
$(BUILD)/tests/badvideo.so: tests/system/badvideo.c tests/unit/fake_video.c tests/unit/fake_video.h Makefile
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -shared -fPIC -o $@ $(filter %.c,$^) $(call pkg,libs,libjpeg) -lpthread
TEST_TOOLS := $(UNIT) $(BUILD)/tests/scene $(BUILD)/tests/replay $(BUILD)/tests/walk $(PRELOADED) $(BUILD)/tests/badgpio.so $(BUILD)/tests/badhid.so $(BUILD)/tests/badvideo.so

deps-%:
	@sh .ci/deps $*

# make check installs first, then builds in a second make, because pkg-config's answers are read when make starts.
check: deps-check
	@$(MAKE) --no-print-directory build-tests
	@$(MAKE) --no-print-directory build-tests SANITIZE=address,undefined
	@BUILD=$(BUILD) sh tests/run $(T)
build-tests: all $(TEST_TOOLS)

demo: deps-demo
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) python3 tests/demo/demo.py

layers: $(CORE) $(IO) $(CAMERA) $(REPORT)
	@BUILD=$(BUILD) sh tests/layers

# --- the bench in a box: the whole station in a virtual machine; SUITE=bookworm, ARCH=arm64, T=part of a test's name, NIGHTLY=1 ---
bench-vm: deps-bench $(if $(ARCH),deps-bench-$(ARCH))
	@$(MAKE) --no-print-directory all $(BUILD)/tests/scene
	@BUILD=$(BUILD) SUITE=$(SUITE) ARCH=$(ARCH) NIGHTLY=$(NIGHTLY) BRIEF=$(BRIEF) python3 tests/bench-vm/bench.py $(T)

perf: deps-perf
	@$(MAKE) --no-print-directory all $(BUILD)/tests/baseline $(BUILD)/tests/press $(BUILD)/tests/labels $(BUILD)/tests/baddisk.so $(BUILD)/tests/scene $(BUILD)/tests/reader
	@BUILD=$(BUILD) python3 tests/perf/perf.py $(if $(ONLY),--only $(ONLY))

# --- fuzzing: make fuzz T=label [SECONDS=60]; libFuzzer, needs clang ---
FUZZ := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BUILD := build/fuzz
SECONDS ?= 60
# What a target needs besides the core.
FUZZ_reply := src/io/uplink_reply.c
FUZZ_returns := src/io/uplink_list.c
FUZZ_intake := src/hqd/intake.c
FUZZ_piece := src/hqd/piece.c
FUZZ_photo := $(filter-out $(patsubst %,src/camera/%.c,main options setup live feed pipe video video_mode video_control tell print sjis),$(wildcard src/camera/*.c))
FUZZ_frame := $(FUZZ_photo)
FUZZ_LIBS := jansson zlib
FUZZ_LIBS_photo := $(LIBS_CAMERA)
FUZZ_LIBS_frame := $(LIBS_CAMERA)
FUZZ_FLAGS = -std=c17 -g -O1 -Iinclude -Isrc -D_GNU_SOURCE -fno-sanitize-recover=all
# Each file once for all of them.
$(FUZZ_BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@clang $(FUZZ_FLAGS) -MMD -MP -fsanitize=fuzzer-no-link,address,undefined -c -o $@ $<
fuzz_objects = $(1:%.c=$(FUZZ_BUILD)/obj/%.o)
$(foreach t,$(FUZZ),$(eval $(FUZZ_BUILD)/fuzz_$(t): $(call fuzz_objects,tests/fuzz/fuzz_$(t).c $(FUZZ_$(t)) $(CORE_SRC))))
$(FUZZ:%=$(FUZZ_BUILD)/fuzz_%): $(FUZZ_BUILD)/fuzz_%:
	@echo "  LD $@"
	@clang $(FUZZ_FLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ \
		$(call pkg,libs,$(FUZZ_LIBS) $(FUZZ_LIBS_$*) $(LIBS_CORE)) $(if $(FUZZ_LIBS_$*),-lgif)
-include $(shell find $(FUZZ_BUILD)/obj -name '*.d' 2>/dev/null)
fuzz: deps-fuzz
	@$(MAKE) --no-print-directory -j"$$(nproc)" $(patsubst %,$(FUZZ_BUILD)/fuzz_%,$(or $(T),$(FUZZ)))
	@mkdir -p $(patsubst %,$(FUZZ_BUILD)/corpus_%,$(or $(T),$(FUZZ)))
	@printf '%s\n' $(or $(T),$(FUZZ)) | xargs -P "$$(nproc)" -n 1 \
		sh -c 'exec $(FUZZ_BUILD)/fuzz_$$1 -max_total_time=$(SECONDS) -max_len=16384 -timeout=10 -print_final_stats=1 \
		-artifact_prefix=$(FUZZ_BUILD)/ $(FUZZ_BUILD)/corpus_$$1 tests/fuzz/corpus_$$1' --

# --- what takes too long for every change: hours; docs/nightly.md has what came of it. NIGHT_ONLY='lint|arm64' (parts of rows' names),
# NIGHT_REST=1 (what has not passed at this commit), NIGHT_SECONDS for each fuzz target ---
nightly:
	@NIGHT_SECONDS='$(NIGHT_SECONDS)' NIGHT_ONLY='$(NIGHT_ONLY)' NIGHT_REST='$(NIGHT_REST)' bash .ci/nightly
NIGHT_SECONDS ?= 1200

# --- lint: clang's own warnings too, which a build by gcc has not seen ---
C_FILES := $(wildcard src/*/*.c src/*/*.h include/station/*.h tests/*/*.c tests/*/*.h)
TIDY_FLAGS = -std=c17 -Iinclude -Isrc -D_GNU_SOURCE -DSTATION_VERSION=\"\" -DSTATION_SHARE=\"\" -DSTATION_LIBEXEC=\"\" \
	$(call pkg,cflags,$(LIBS_IO) $(LIBS_CTL) $(LIBS_EXPORT) $(LIBS_HQ) $(LIBS_CORE))
lint: deps-lint
	@$(MAKE) --no-print-directory run-lint
run-lint:
	clang-format --dry-run --Werror $(C_FILES)
	printf '%s\n' $(filter-out tests/system/% $(if $(filter 1,$(GPIOD)),%_v2.c,%_v1.c),$(filter %.c,$(C_FILES))) | xargs -P "$$(nproc)" -n 20 \
		sh -c 'clang -fsyntax-only $(WARN) $(TIDY_FLAGS) "$$@"' --
	printf '%s\n' $(CORE_SRC) $(IO_SRC) $(wildcard src/station*/*.c src/hqd/*.c src/camera/*.c src/export/*.c src/report/*.c) | xargs -P "$$(nproc)" -n 20 \
		sh -c 'clang-tidy --quiet "$$@" -- $(TIDY_FLAGS)' --
	cppcheck --quiet -j "$$(nproc)" --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 -Iinclude -Isrc src
format:
	clang-format -i $(C_FILES)

# --- installing: MODE:SOURCE:DESTINATION of every file; units get the folders of the installation filled in ---
UNITS := $(patsubst systemd/%.in,%,$(wildcard systemd/*.service.in systemd/*.timer.in))
MEN := $(wildcard docs/man/*.[1-8])
INSTALLED = 755:$(BUILD)/stationd:$(sbindir)/stationd 755:$(BUILD)/hqd:$(sbindir)/hqd 755:$(BUILD)/station-camera:$(sbindir)/station-camera 755:$(BUILD)/stationctl:$(bindir)/stationctl \
	755:$(BUILD)/station-export:$(libexecdir)/station/station-export \
	$(foreach f,$(wildcard boards/*.board),644:$(f):$(datadir)/station/$(f)) \
	$(foreach f,$(LABELS),644:$(f):$(datadir)/station/labels.d/$(notdir $(f))) \
	$(foreach f,$(MEN),644:$(f):$(mandir)/man$(patsubst .%,%,$(suffix $(f)))/$(notdir $(f))) \
	$(foreach f,$(UNITS),644:$(BUILD)/systemd/$(f):$(unitdir)/$(f)) \
	644:systemd/60-station.rules:$(libdir)/udev/rules.d/60-station.rules \
	$(foreach d,sysusers tmpfiles,$(foreach f,station station-hq,644:systemd/$(f).$(d):$(libdir)/$(d).d/$(f).conf)) \
	$(foreach f,station station-hq,644:systemd/$(f).catalog:$(libdir)/systemd/catalog/$(f).catalog) \
	644:docs/station.conf.example:$(docdir)/station/examples/station.conf 644:docs/reasons.csv.example:$(docdir)/station/examples/reasons.csv 644:docs/openapi.yaml:$(docdir)/station-hq/openapi.yaml
INSTALLED_DIRS = $(sysconfdir)/station/station.conf.d $(sysconfdir)/station/labels.d $(sysconfdir)/station-hq
$(BUILD)/systemd/%: systemd/%.in FORCE
	@mkdir -p $(@D)
	@sed 's,@sbindir@,$(sbindir),g; s,@bindir@,$(bindir),g; s,@libexecdir@,$(libexecdir),g' $< >$@
install: all $(UNITS:%=$(BUILD)/systemd/%)
	@for x in $(INSTALLED); do from=$${x#*:}; to=$(DESTDIR)$${from#*:}; echo "  INSTALL $$to"; \
		$(INSTALL) -D -m $${x%%:*} "$${from%%:*}" "$$to" || exit 1; done
	@$(INSTALL) -d $(INSTALLED_DIRS:%=$(DESTDIR)%)
# Settings, keys and journals stay.
uninstall:
	@for x in $(INSTALLED); do rm -fv "$(DESTDIR)$${x##*:}" || exit 1; done
	@for d in $(libexecdir)/station $(datadir)/station/boards $(datadir)/station/labels.d $(datadir)/station $(docdir)/station/examples $(docdir)/station $(docdir)/station-hq \
		$(INSTALLED_DIRS) $(sysconfdir)/station; do rmdir "$(DESTDIR)$$d" 2>/dev/null || true; done

# --- Debian packages into build/deb: make deb [ARCH=arm64] [SUITE=trixie] ---
deb:
	@sh .ci/deb "$(ARCH)" "$(SUITE)"
check-deb:
	sh .ci/check-deb $(or $(SUITE),bookworm trixie)

clean:
	rm -rf build

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
.PHONY: all check build-tests demo layers bench-vm perf fuzz nightly lint run-lint format install uninstall deb check-deb clean FORCE
.SECONDARY:

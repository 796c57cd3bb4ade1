# make run   the whole system on this machine, http://127.0.0.1:8412
# make test  every check; brings what it needs (see tests/provision.sh)
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# the tests' databases in memory where there is room: what they prove by killing processes needs no disk
SCRATCH := $(shell [ "$$(df -m --output=avail /dev/shm 2>/dev/null | tail -1)" -gt 4000 ] 2>/dev/null && echo /dev/shm || echo /tmp)
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-input --require-hashes --no-compile
COMPILE := $(PY) -m compileall -q -j 0 $(VENV)/lib >/dev/null || true # on every core; pip takes one

.PHONY: run test bench clean
.DELETE_ON_ERROR:

run: $(VENV)/run.stamp $(VENV)/assets.stamp $(VENV)/bin/hotline
	@exec $(PY) -m hotline up

test: $(VENV)/test.stamp $(VENV)/assets.stamp $(VENV)/bin/hotline
	@bash tests/provision.sh
	@$(PY) -m ruff check -q --output-format concise .
	@$(PY) -m mypy --no-error-summary
	@TMPDIR=$(SCRATCH) $(PY) -m pytest -n 3 --dist worksteal

bench: $(VENV)/test.stamp
	@$(PY) -m tests.benchmarks

clean:
	rm -rf $(VENV) hotline/assets/node_modules hotline/static/vendor build dist *.egg-info .*_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "本系统需要 Python 3.11 或更新版本 (make PYTHON=python3.11 …)。" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "此 Python 缺少 venv，请先执行：apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# the command, for any directory: .venv/bin/hotline due ar.accept.review --from 2026-02-11
$(VENV)/bin/hotline: | $(PY)
	@$(PY) -c 'import site, sys; open(site.getsitepackages()[0] + "/hotline.pth", "w").write(sys.argv[1] + "\n")' "$(CURDIR)"
	@printf '#!/bin/sh\nexec "%s" -m hotline "$$@"\n' "$(CURDIR)/$(PY)" > $@ && chmod +x $@

$(VENV)/run.stamp: requirements.lock | $(PY)
	@echo "安装依赖（首次约半分钟）…"
	@$(PIP) -r requirements.lock
	@$(COMPILE)
	@touch $@

# The test lock holds the run lock whole, so one install serves both.
$(VENV)/test.stamp: requirements-test.lock requirements.lock | $(PY)
	@echo "安装依赖与测试工具（首次约半分钟）…"
	@$(PIP) -r requirements-test.lock
	@$(COMPILE)
	@touch $@ $(VENV)/run.stamp

# The pages' scripts: HTMX, its event stream, ECharts; axe-core for the tests.
$(VENV)/assets.stamp: hotline/assets/package-lock.json hotline/assets/node.lock hotline/assets/fetch.sh | $(PY)
	@bash hotline/assets/fetch.sh "$(CURDIR)/$(PY)"
	@touch $@

# make 不带参数时列出命令。 / make alone lists the commands.
.DEFAULT_GOAL := help
READY := .venv/.complete
PY := .venv/bin/python
unexport PYTHONDONTWRITEBYTECODE # without bytecode each process takes seconds longer to start

.PHONY: help
help: ## 列出命令 | list the commands
	@printf '\n  厦门市公共数据融合开发平台（公共数据沙箱） / Xiamen public-data sandbox\n\n'
	@awk -F ' ## | \\| ' '/^[a-z]+:.* ## / { sub(/:.*/, "", $$1); printf "  make %-8s %s\n                %s\n", $$1, $$2, $$3 }' $(MAKEFILE_LIST)
	@printf '\n'

$(READY): requirements-uv.lock requirements-dev.lock tools/setup.sh
	@tools/setup.sh

.PHONY: setup
setup: $(READY) ## 建好 .venv（只需 Python 3.11；再次运行只需几秒） | build .venv from a bare Python 3.11; a second run takes seconds
	@echo '已就绪：make demo 看全流程，make test 跑检查 / Ready: make demo shows the procedure, make test checks everything'

.PHONY: demo
demo: $(READY) ## 跑通两级开发全流程（DATA=目录 用自己的文件；ARGS=--serve 保持服务） | run the whole procedure (DATA=dir for your own files, ARGS=--serve to keep it up)
	$(PY) -m api demo $(if $(DATA),--data $(DATA)) $(ARGS)

.PHONY: serve
serve: $(READY) ## 启动服务（ARGS=--help 看选项） | start the service (ARGS=--help for its options)
	$(PY) -m api serve $(ARGS)

.PHONY: check
check: $(READY) ## 格式、规范、类型、导入方向 | format, lint, types, import order
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	.venv/bin/lint-imports

.PHONY: test
test: check ## 全部检查与测试（两核五分钟以内） | every check and every test, under five minutes on two cores
	$(PY) -m pytest -n 2 $(ARGS)

.PHONY: fuzz
fuzz: $(READY) ## 更久的随机测试（CASES=每条性质的次数） | longer random tests (CASES=how many for each law)
	FUZZ=$(or $(CASES),3000) $(PY) -m pytest tests/fuzz $(ARGS)

.PHONY: torture
torture: $(READY) ## 反复强杀各进程并注入故障，再核验日志（KILLS=次数） | kill every process again and again, with faults, then prove the log (KILLS=how often)
	mkdir -p build
	KILLS=$(or $(KILLS),200) REPORT=build/torture.txt $(PY) -m pytest tests/torture -s $(ARGS)

.PHONY: docs
docs: $(READY) ## 由代码中的表重新生成文档页 | write the documentation pages drawn from the code's tables anew
	$(PY) -m tools.pages

.PHONY: lock
lock: $(READY) ## 重新解析依赖并写锁文件（含哈希，不含地址） | resolve anew and write the locks: hashes, no addresses
	$(LOCK) --group setup -o requirements-uv.lock
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
LOCK = .venv/bin/uv pip compile --quiet --no-header --universal --python-version 3.11 --generate-hashes --only-binary :all:

.PHONY: clean
clean: ## 删除 .venv、缓存与演示状态（state/） | remove .venv, caches and the demo's state/
	rm -rf .venv state build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

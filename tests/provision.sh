#!/usr/bin/env bash
# Brings the real parts that the tests drive and pip cannot: a PostgreSQL server, Chromium, the SMS gateway kannel.
# HOTLINE_SKIP=postgres,chromium,kannel leaves one out on purpose; the tests that need it are then shown as skipped.
set -u

skipped() { case ",${HOTLINE_SKIP:-}," in *",$1,"*) return 0 ;; *) return 1 ;; esac; }
has_postgres() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null
has_kannel() { command -v bearerbox >/dev/null && [ -x /usr/lib/kannel/test/fakesmsc ]; }

wanted=()
skipped postgres || has_postgres || wanted+=(postgresql)
skipped chromium || has_chromium || wanted+=(chromium)
skipped kannel || has_kannel || wanted+=(kannel kannel-extras)
[ ${#wanted[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ]; then as_root=(env)
elif sudo -n true 2>/dev/null; then as_root=(sudo -n env)
else as_root=(); fi

if command -v apt-get >/dev/null && [ ${#as_root[@]} -gt 0 ]; then
  echo "安装 ${wanted[*]} …"
  log=$(mktemp)
  apt=("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -qq)
  "${apt[@]}" update >"$log" 2>&1
  if "${apt[@]}" install -y --no-install-recommends "${wanted[@]}" >>"$log" 2>&1; then rm -f "$log"; exit 0; fi
  tail -n 20 "$log" >&2
fi
for part in "${wanted[@]}"; do
  echo "无法安装 ${part}：请由管理员执行 apt-get install ${part}，或以 HOTLINE_SKIP=${part/postgresql/postgres} 跳过需要它的测试。" >&2
done
exit 1

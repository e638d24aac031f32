# proxy.py for bash scripts: proxy_start DIR gives $proxy_port; its requests are lines of DIR/log. Source it after tap.sh.
# shellcheck shell=bash
proxy_pid=
proxy_start() { # DIR
  mkdir "$1"
  "$SOURCE_ROOT/tests/support/proxy.py" "$1" >/dev/null 2>&1 9>&- &
  proxy_pid=$!
  for _ in $(seq 200); do [ -s "$1/port" ] && break; sleep 0.05; done
  # shellcheck disable=SC2034  # for the scripts that source this
  proxy_port=$(cat "$1/port")
}
proxy_stop() { [ -z "$proxy_pid" ] || { kill "$proxy_pid"; wait "$proxy_pid" 2>/dev/null; proxy_pid=; }; }

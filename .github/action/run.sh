#!/usr/bin/env bash
# Gets orgate, makes sure that both commits are there, runs the gate and records what came of it. The exit code of the
# gate goes to the output exit-code; the last step of the action ends the job with it, after the upload.
#
# Runs in bash 3.2 (macOS), in git-bash (Windows) and on Linux. Every input comes as a variable. The change is hostile:
# what is printed from it stands between ::stop-commands:: lines, and outputs hold numbers, ids and our own paths only.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
action=$(cd "$here/../.." && pwd)
releases=https://github.com/orgate/orgate/releases/download

# ---- small helpers -------------------------------------------------------------------------------------------------

# A message as GitHub's workflow commands want it.
escaped() {
  local text=$1
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  printf '%s' "$text"
}

note() { printf 'orgate: %s\n' "$1"; }
warn() { printf '::warning title=orgate::%s\n' "$(escaped "$1")"; }

# Ends this step with "could not judge". The job fails in the last step.
give_up() {
  printf '::error title=orgate could not judge::%s\n' "$(escaped "$1")"
  if [ "${ORGATE_SUMMARY:-true}" != false ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    printf '## orgate could not judge\n\nThe log of the step tells why. Nothing was judged, so this is no pass.\n' >>"$GITHUB_STEP_SUMMARY"
  fi
  output result error
  output exit-code 2
  exit 0
}

# Only values without line breaks, so that no value can be read as another output.
output() {
  local value=$2
  value=${value//[$'\r\n']/ }
  printf '%s=%s\n' "$1" "$value" >>"${GITHUB_OUTPUT:-/dev/null}"
}

# Makes an input that is true or false just that, whatever its case; nothing given is the default $3. An input that is
# neither must not pass for false: who writes `strict: yes` means it.
boolean() {
  local value=${!1:-$3}
  case "$value" in
    [Tt][Rr][Uu][Ee]) printf -v "$1" true ;;
    [Ff][Aa][Ll][Ss][Ee]) printf -v "$1" false ;;
    *) give_up "the input $2 must be true or false, not '$value'" ;;
  esac
}

# Prints a file so that no line of it is taken for a workflow command.
show() {
  [ -s "$1" ] || return 0
  local token
  token=$(random)
  printf '::stop-commands::%s\n' "$token"
  cat "$1"
  printf '\n::%s::\n' "$token"
}

random() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# A path that bash and Windows programs both understand: GitHub hands Windows paths to git-bash.
plain_path() {
  if command -v cygpath >/dev/null 2>&1; then cygpath -m "$1"; else printf '%s' "$1"; fi
}

# ---- the binary ----------------------------------------------------------------------------------------------------

target() {
  local system machine
  system=$(uname -s)
  machine=$(uname -m)
  case "$machine" in
    x86_64 | amd64) machine=x86_64 ;;
    arm64 | aarch64) machine=aarch64 ;;
    *) return 1 ;;
  esac
  case "$system" in
    Linux) printf '%s-unknown-linux-musl' "$machine" ;;
    Darwin) printf '%s-apple-darwin' "$machine" ;;
    MINGW* | MSYS* | CYGWIN*) printf '%s-pc-windows-msvc' "$machine" ;;
    *) return 1 ;;
  esac
}

# The release asset of this version, if the table knows one for this runner.
download() {
  local wanted line sum asset version file found
  wanted=$(target) || return 1
  line=$(grep -E "^[0-9a-f]{64}  orgate-v[0-9A-Za-z.+-]+-$wanted\.tar\.gz\$" "$here/checksums.txt" | head -n 1) || return 1
  sum=${line%%  *}
  asset=${line#*  }
  version=${asset#orgate-v}
  version=${version%-"$wanted".tar.gz}
  found="$cache/orgate-release-$sum"
  binary="$found/orgate$exe"
  [ -x "$binary" ] && return 0
  file="$work/$asset"
  note "downloading $asset"
  if ! curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 3 \
    --output "$file" "$releases/v$version/$asset"; then
    warn "$asset could not be downloaded; building orgate instead. On a runner without network, give the input binary."
    return 1
  fi
  # A wrong checksum is an attack or a broken release, never a reason to try something else.
  if [ "$(sha256 "$file" | cut -d ' ' -f 1)" != "$sum" ]; then
    give_up "$asset does not have the checksum that the action's table names; nothing from it was run"
  fi
  if [ "$ORGATE_VERIFY_ATTESTATION" = true ]; then
    GH_TOKEN=$token gh attestation verify "$file" --repo orgate/orgate \
      || give_up "the build provenance of $asset could not be verified"
  fi
  mkdir -p "$found.new"
  # From standard input: tar takes the colon of a Windows path for a host.
  tar -xzf - -C "$found.new" <"$file"
  # The archive holds one folder, or the binary alone.
  file=$(find "$found.new" -type f -name "orgate$exe" | head -n 1)
  [ -n "$file" ] || give_up "$asset holds no orgate"
  mkdir -p "$found"
  mv "$file" "$binary"
  rm -rf "$found.new"
  chmod +x "$binary"
}

# From the action's own checkout, so that an action pinned to a commit runs the code of that commit.
build() {
  local sum root
  command -v cargo >/dev/null 2>&1 \
    || give_up "there is no release of this version for the runner, and no cargo to build it; give the input binary, or install Rust"
  sum=$(cd "$action" && find Cargo.toml Cargo.lock build.rs rust-toolchain.toml crates policies fixtures schemas docs/platforms -type f -print0 2>/dev/null \
    | LC_ALL=C sort -z | xargs -0 cat | sha256 | cut -d ' ' -f 1)
  root="$cache/orgate-build-$sum"
  binary="$root/bin/orgate$exe"
  [ -x "$binary" ] && return 0
  note "building orgate from the action's checkout; this takes some minutes, once per runner"
  # From the action's folder: a .cargo/config.toml or a toolchain file of the change must not have a say.
  (cd "$action" && CARGO_TARGET_DIR="$work/target" cargo install --path . --locked --quiet --root "$root") >&2 \
    || give_up "orgate could not be built"
}

get_binary() {
  if [ -n "${ORGATE_BINARY:-}" ]; then
    binary=$(plain_path "$ORGATE_BINARY")
    case "$binary" in
      /* | [A-Za-z]:/*) ;;
      */*) binary="$PWD/$binary" ;;
      *) binary=$(command -v "$binary" || true) ;;
    esac
    if [ -z "$binary" ] || [ ! -x "$binary" ]; then
      give_up "the input binary names no program: $ORGATE_BINARY"
    fi
    return
  fi
  download || build
}

# ---- the commits ---------------------------------------------------------------------------------------------------

# Fetches with what the checkout left behind, else with the token: after persist-credentials: false nothing is left, and
# with both there would be two headers.
fetch() {
  git -C "$repository" fetch --no-tags --quiet "$@" 2>"$work/fetch.txt" && return 0
  if [ -n "$token" ] && [ -n "${GITHUB_SERVER_URL:-}" ]; then
    local count=$GIT_CONFIG_COUNT header
    header="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$token" | base64 | tr -d '\r\n')"
    env "GIT_CONFIG_KEY_$count=http.$GITHUB_SERVER_URL/.extraheader" "GIT_CONFIG_VALUE_$count=$header" \
      GIT_CONFIG_COUNT=$((count + 1)) git -C "$repository" fetch --no-tags --quiet "$@" 2>"$work/fetch.txt" && return 0
  fi
  show "$work/fetch.txt"
  return 1
}

# orgate never touches the network. It says what is missing, this fetches it, until both commits are there. What cannot
# be mended here is left to the gate, which names it and ends with 2.
get_commits() {
  local rounds lines missing history
  for rounds in 1 2 3 4 5 6; do
    lines=$("$binary" ci-range "${range[@]}" 2>/dev/null) && return 0
    missing=$(printf '%s\n' "$lines" | sed -n 's/^missing=\([0-9a-f]*\)$/\1/p' | head -n 1)
    history=$(printf '%s\n' "$lines" | sed -n 's/^history=//p' | head -n 1)
    if [ -n "$missing" ]; then
      note "fetching the commit $missing"
      if ! fetch --depth=1 origin "$missing"; then
        # A commit that a forced push removed is gone from the server as well.
        range+=(--ci-unreachable "$missing")
      fi
    elif [ -n "$history" ]; then
      note "fetching history (fetch-depth: 0 in the checkout step saves this)"
      if [ "$(git -C "$repository" rev-parse --is-shallow-repository)" = true ]; then
        fetch --unshallow origin "+refs/heads/$history:refs/remotes/origin/$history" || return 0
      else
        fetch origin "+refs/heads/$history:refs/remotes/origin/$history" || return 0
      fi
    else
      return 0
    fi
  done
  note "after $rounds rounds a commit is still missing"
}

# ---- the gate ------------------------------------------------------------------------------------------------------

# Adds one argument a line of $1, each after the option $2 if there is one.
lines_to_arguments() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    [ -n "$line" ] || continue
    [ -z "$2" ] || arguments+=("$2")
    arguments+=("$line")
  done <<<"$1"
}

main() {
  token=${ORGATE_TOKEN:-}
  unset ORGATE_TOKEN
  boolean ORGATE_SUMMARY summary true
  boolean ORGATE_ANNOTATIONS annotations true
  boolean ORGATE_STRICT strict false
  boolean ORGATE_UPLOAD_SARIF upload-sarif false
  boolean ORGATE_ALLOW_UNTRUSTED_EVENT allow-untrusted-event false
  boolean ORGATE_VERIFY_ATTESTATION verify-attestation false
  work=${RUNNER_TEMP:+$(plain_path "$RUNNER_TEMP")}
  work=$(mktemp -d "${work:-${TMPDIR:-/tmp}}/orgate.XXXXXX")
  cache=${RUNNER_TOOL_CACHE:-${RUNNER_TEMP:-$work}}
  cache=$(plain_path "$cache")
  exe=
  case "$(uname -s)" in MINGW* | MSYS* | CYGWIN*) exe=.exe ;; esac
  repository=$(plain_path "${ORGATE_PATH:-.}")
  [ -d "$repository" ] || give_up "the input path names no folder: $ORGATE_PATH"
  repository=$(plain_path "$(cd "$repository" && pwd)")

  # In a container the checkout belongs to another user. The workflow made it, so this step trusts it, and only it.
  local count=${GIT_CONFIG_COUNT:-0}
  export "GIT_CONFIG_KEY_$count=safe.directory" "GIT_CONFIG_VALUE_$count=$repository"
  export GIT_CONFIG_COUNT=$((count + 1)) GIT_TERMINAL_PROMPT=0

  get_binary
  note "$("$binary" --version) at $binary"

  range=(--repo "$repository" --ci github)
  [ -z "${ORGATE_BASE:-}" ] || range+=("--base=$ORGATE_BASE")
  [ -z "${ORGATE_HEAD:-}" ] || range+=("--head=$ORGATE_HEAD")
  [ "$ORGATE_ALLOW_UNTRUSTED_EVENT" != true ] || range+=(--ci-allow-untrusted-event)
  get_commits

  local json="$work/orgate.json" sarif=${ORGATE_SARIF_FILE:-$work/orgate.sarif}
  arguments=(check "${range[@]}" --color never --output "json=$json" --output "sarif=$sarif" --output "text=$work/report.txt")
  [ "$ORGATE_SUMMARY" != true ] || arguments+=(--output "markdown=$work/summary.md")
  if [ "$ORGATE_ANNOTATIONS" = true ]; then
    arguments+=(--output "github=$work/annotations.txt")
  fi
  [ -z "${ORGATE_FAIL_ON:-}" ] || arguments+=("--fail-on=$ORGATE_FAIL_ON")
  [ -z "${ORGATE_INTRODUCED:-}" ] || arguments+=("--introduced=$ORGATE_INTRODUCED")
  [ "$ORGATE_STRICT" != true ] || arguments+=(--strict)
  [ -z "${ORGATE_CONFIG:-}" ] || arguments+=("--config-from=$ORGATE_CONFIG")
  lines_to_arguments "${ORGATE_POLICIES:-}" --policies
  arguments+=(--)
  lines_to_arguments "${ORGATE_PATHS:-}" ''

  local code=0
  "$binary" "${arguments[@]}" >"$work/stdout.txt" 2>"$work/stderr.txt" || code=$?
  show "$work/report.txt"
  show "$work/stderr.txt"
  # Workflow commands, each escaped by the writer: the only text that is meant to be read as such.
  if [ -s "$work/annotations.txt" ]; then cat "$work/annotations.txt"; fi
  if [ -s "$work/summary.md" ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    cat "$work/summary.md" >>"$GITHUB_STEP_SUMMARY"
  fi
  if [ ! -s "$json" ]; then
    give_up "$(head -c 2000 "$work/stderr.txt" || true)"
  fi
  "$binary" ci-outputs "$json" >>"${GITHUB_OUTPUT:-/dev/null}"
  output json-file "$json"
  [ ! -s "$sarif" ] || output sarif-file "$sarif"
  case "$code" in
    0 | 1) output exit-code "$code" ;;
    *) output exit-code 2 ;;
  esac
}

main

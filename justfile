# One verb for each habit. `.ci/run` runs `check` and `test` in this order.

# What stands here.
default:
    @just --list

# Two partners on this machine, over real QUIC.
tour:
    cargo run --release -- tour

# Format, lints, documentation.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --all-features --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# Everything that CI runs.
test:
    cargo test --workspace --locked

# What the tests need beside Rust and a C compiler.
setup:
    python3 -c 'import cryptography, icalendar, dateutil' || python3 -m pip install cryptography icalendar python-dateutil
    command -v chromium tmux >/dev/null || echo 'for the report and the full-screen view: apt install chromium tmux'
    command -v ip unshare script systemd-analyze >/dev/null || echo 'for networks, terminals and timers: apt install iproute2 util-linux bsdutils systemd'

# Hours instead of minutes: simulated schedules, crash points, hostile edits.
soak:
    cargo test --workspace --locked --release -- --ignored --nocapture --test-threads 1

# The figures of docs/performance.md.
bench:
    cargo build --release --locked --workspace --bins --examples
    cargo run --release --locked -p handfast-bench --bin measure

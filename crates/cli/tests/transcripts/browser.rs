//! The report as a browser shows it: at the width of a phone and of a desk, in the light and in the
//! dark, with what a hostile hand would write into it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::calendars::some_weeks;
use crate::people::{World, needed};

/// Measures the report in frames of two widths and writes what it found into its own page.
const RULER: &str = r#"<!doctype html><meta charset=utf-8><body><script>
const found = [];
onload = () => {
  for (const frame of document.querySelectorAll('iframe')) {
    const page = frame.contentDocument, width = frame.clientWidth;
    const all = [...page.querySelectorAll('body *')];
    const beyond = all.filter(e => !e.closest('.unseen') && e.getBoundingClientRect().right > width + 0.5);
    const look = e => page.defaultView.getComputedStyle(e);
    const live = all.filter(e => [...e.attributes].some(a => a.name.startsWith('on')));
    found.push({
      width, scroll: page.documentElement.scrollWidth, beyond: beyond.map(e => e.outerHTML.slice(0, 90)),
      scripts: page.querySelectorAll('script, iframe, object, embed, img, link, form, base').length,
      links: page.querySelectorAll('a').length, live: live.length, title: page.title,
      fetched: page.defaultView.performance.getEntriesByType('resource').length,
      ground: look(page.body).backgroundColor, ink: look(page.body).color,
      kept: look(page.querySelector('#d-kept circle')).fill,
      tables: page.querySelectorAll('table').length, days: page.querySelectorAll('svg.day use').length,
      timelines: page.querySelectorAll('svg.timeline title').length,
      headings: [...page.querySelectorAll('h1, h2')].map(e => e.textContent), text: page.body.innerText,
      small: all.filter(e => !e.closest('svg') && parseFloat(look(e).fontSize) < 13).length,
    });
  }
  document.body.innerHTML = '';
  document.body.append(Object.assign(document.createElement('pre'), {
    textContent: btoa(unescape(encodeURIComponent(JSON.stringify(found)))) }));
};
</script>"#;

fn browser() -> Option<PathBuf> {
    needed(
        &["chromium", "chromium-browser", "google-chrome"],
        "the report in a browser",
    )
}

fn run(browser: &Path, world: &World, dark: bool, more: &[String]) -> Vec<u8> {
    let scheme = if dark { 0 } else { 1 };
    let out = Command::new(browser)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
        ])
        .args([
            "--allow-file-access-from-files",
            "--virtual-time-budget=4000",
        ])
        .arg(format!(
            "--user-data-dir={}",
            world.path("browser").display()
        ))
        .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
        .args(more)
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    out.stdout
}

fn measured(browser: &Path, world: &World, page: &Path, dark: bool) -> Vec<serde_json::Value> {
    let ruler = world.path("ruler.html");
    let frames: String = [390, 1280]
        .iter()
        .map(|width| {
            let page = page.display();
            format!(
                "<iframe src='file://{page}' width={width} height=800 style='border:0'></iframe>"
            )
        })
        .collect();
    fs::write(&ruler, format!("{RULER}{frames}")).unwrap();
    let url = format!("file://{}", ruler.display());
    let dom = run(browser, world, dark, &["--dump-dom".into(), url]);
    let dom = String::from_utf8(dom).unwrap();
    let packed = dom
        .split("<pre>")
        .nth(1)
        .and_then(|rest| rest.split("</pre>").next());
    let packed = packed.unwrap_or_else(|| panic!("the ruler found nothing: {dom}"));
    serde_json::from_slice(&unpacked(packed)).unwrap()
}

/// Base 64, as `btoa` writes it.
fn unpacked(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0_u32;
    let mut count = 0;
    let mut bytes = Vec::new();
    for letter in text.bytes().filter(|b| *b != b'=') {
        let value = LETTERS.iter().position(|l| *l == letter).unwrap();
        bits = bits << 6 | u32::try_from(value).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    bytes
}

/// How many colours a picture has, and its size.
fn colours(file: &Path) -> (usize, u32) {
    let mut reader = png::Decoder::new(std::io::BufReader::new(fs::File::open(file).unwrap()))
        .read_info()
        .unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    let pixel = info.line_size / info.width as usize;
    let found: std::collections::BTreeSet<&[u8]> =
        bytes[..info.buffer_size()].chunks(pixel).collect();
    (found.len(), info.width)
}

/// A page with everything in it, and with what the other could have written.
fn hostile_weeks(world: &World) -> PathBuf {
    let nasty = "<script>document.title='taken'</script><img src=x onerror=alert(1)> \
                 [click](javascript:alert(1)) data:text/html,<b>x</b> \"onmouseover=\"x";
    world.run("ben", &["thanks", nasty], &[]).ends(0);
    let long = "w".repeat(400);
    world
        .run(
            "ben",
            &["kept", "home", "--on", "2025-03-12", "--note", &long[..200]],
            &[],
        )
        .ends(0);
    world.run("ben", &["thanks", &long], &[]).ends(0);
    world
        .run(
            "ana",
            &[
                "promise",
                "</h3><style>body{display:none}</style>",
                "--every",
                "day",
            ],
            &[],
        )
        .ends(0);
    world.run("ana", &["offer", "</h3>"], &["s"]).ends(0);
    world.at("2025-03-13T22:00");
    world.meet();
    world.run("ben", &["agree", "</h3>"], &["s"]).ends(0);
    world.at("2025-03-15T22:00");
    world.meet();
    let page = world.path("report.html");
    let file = page.to_str().unwrap();
    world.run("ana", &["report", file, "--both"], &[]).ends(0);
    page
}

/// S49: what a person wrote is text and nothing else, at the width of a phone and of a desk, in the
/// light and in the dark; nothing runs, nothing is fetched, nothing is cut off.
#[test]
fn s49_the_report_in_a_browser() {
    let Some(browser) = browser() else { return };
    let world = some_weeks();
    let page = hostile_weeks(&world);
    let mut grounds = Vec::new();
    for dark in [false, true] {
        let found = measured(&browser, &world, &page, dark);
        assert_eq!(found.len(), 2);
        for at in &found {
            assert_eq!(
                at["scroll"], at["width"],
                "wider than its window: {}",
                at["beyond"]
            );
            assert_eq!(
                at["beyond"],
                serde_json::json!([]),
                "cut at the edge at {}",
                at["width"]
            );
            for (what, wanted) in [
                ("scripts", 0),
                ("links", 0),
                ("live", 0),
                ("fetched", 0),
                ("small", 0),
            ] {
                assert_eq!(at[what], wanted, "{what} at {}", at["width"]);
            }
            assert_eq!(at["title"], "Our plan");
            assert!(at["tables"].as_u64().unwrap() >= 2);
            assert!(at["days"].as_u64().unwrap() >= 10);
            assert!(at["timelines"].as_u64().unwrap() >= 1);
            let text = at["text"].as_str().unwrap();
            assert!(
                text.contains("<script>document.title='taken'</script>"),
                "{text}"
            );
            assert!(text.contains("</h3><style>"), "{text}");
            assert!(text.contains("Ana made this page"), "{text}");
            assert_eq!(at["headings"][0], "Our plan");
            assert_eq!(at["headings"][1], "Thanks");
        }
        grounds.push((
            found[0]["ground"].clone(),
            found[0]["ink"].clone(),
            found[0]["kept"].clone(),
        ));
        for width in [390, 1280] {
            let picture = world.path("picture.png");
            let _ = fs::remove_file(&picture);
            run(
                &browser,
                &world,
                dark,
                &[
                    format!("--window-size={width},1600"),
                    format!("--screenshot={}", picture.display()),
                    format!("file://{}", page.display()),
                ],
            );
            let (found, wide) = colours(&picture);
            assert_eq!(wide, width);
            assert!(found > 30, "{found} colours: the page looks empty");
        }
    }
    assert_ne!(grounds[0], grounds[1], "dark and light look the same");
    assert_eq!(grounds[0].0, "rgb(251, 249, 244)");
    assert_eq!(grounds[1].0, "rgb(28, 29, 27)");
}

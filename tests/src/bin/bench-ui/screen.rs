//! The screen as the display server has it: what a person would see, and their mouse.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use anyhow::{Context, Result};
use twin_app::clock;
use x11rb::{
    connection::Connection,
    protocol::{
        xproto::{ConnectionExt, ImageFormat, MOTION_NOTIFY_EVENT, Window},
        xtest::ConnectionExt as _,
    },
    rust_connection::RustConnection,
};

/// The screen is looked at so often.
const LOOK: Duration = Duration::from_millis(6);
/// Changes nearer to each other than this belong to one picture that comes in parts, ms.
const ONE_PICTURE_MS: f64 = 12.0;

/// A part of the screen, pixels.
#[derive(Clone, Copy, Debug)]
pub struct Rect {
    /// From the left edge of the screen.
    pub x: i16,
    /// From its upper edge.
    pub y: i16,
    /// Width.
    pub width: u16,
    /// Height.
    pub height: u16,
}

/// A link to the display server.
#[derive(Debug)]
pub struct Screen {
    display: RustConnection,
    root: Window,
}

impl Screen {
    /// Connects to a display such as `:1`.
    ///
    /// # Errors
    /// When there is none.
    pub fn connect(display: &str) -> Result<Screen> {
        let (display, screen) = x11rb::connect(Some(display))?;
        let root = display.setup().roots.get(screen).context("a screen")?.root;
        Ok(Screen { display, root })
    }

    /// Moves the mouse.
    ///
    /// # Errors
    /// When the server is gone.
    pub fn point(&self, x: i16, y: i16) -> Result<()> {
        self.display
            .xtest_fake_input(MOTION_NOTIFY_EVENT, 0, 0, self.root, x, y, 0)?
            .check()?;
        Ok(())
    }

    /// Pixels of a part, four bytes each: blue, green, red and one that means nothing.
    ///
    /// # Errors
    /// When the part is not all on the screen.
    pub fn pixels(&self, part: Rect) -> Result<Vec<u8>> {
        let Rect {
            x,
            y,
            width,
            height,
        } = part;
        let all = u32::MAX;
        let image =
            self.display
                .get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, all)?;
        Ok(image.reply()?.data)
    }

    /// How many different pictures came onto a part of the screen, a second.
    ///
    /// # Errors
    /// When the server is gone.
    pub fn pictures_per_s(&self, part: Rect, seconds: f64) -> Result<f64> {
        let begin = clock::now();
        let (mut seen, mut count, mut at) = (self.print(part)?, 0_u32, f64::NEG_INFINITY);
        loop {
            std::thread::sleep(LOOK);
            let now = clock::now().since(begin).secs_f64();
            let print = self.print(part)?;
            if print != seen {
                seen = print;
                if (now - at) * 1e3 >= ONE_PICTURE_MS {
                    count += 1;
                }
                at = now;
            }
            if now >= seconds {
                return Ok(f64::from(count) / now);
            }
        }
    }

    fn print(&self, part: Rect) -> Result<u64> {
        let mut hasher = DefaultHasher::new();
        self.pixels(part)?.hash(&mut hasher);
        Ok(hasher.finish())
    }

    /// Waits until at least `many` pixels of a part have a colour (0xRRGGBB); gives the milliseconds, none when they do
    /// not within a second.
    ///
    /// # Errors
    /// When the server is gone.
    pub fn wait_for(&self, part: Rect, colour: u32, many: usize) -> Result<Option<f64>> {
        let begin = clock::now();
        let [_, red, green, blue] = colour.to_be_bytes();
        loop {
            let pixels = self.pixels(part)?;
            let have = pixels
                .chunks_exact(4)
                .filter(|pixel| pixel.starts_with(&[blue, green, red]));
            let passed = clock::now().since(begin).secs_f64() * 1e3;
            if have.count() >= many {
                return Ok(Some(passed));
            }
            if passed > 1e3 {
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

//! Pixels: shapes by plotters at twice the size, brought down for smooth edges; then text by ab_glyph at full size.
//!
//! Plotters' own text drawing drops each letter's side bearing and rounds its place to whole pixels, which sets type
//! visibly uneven; so text is laid out here, with the bundled font, and nothing is ever registered with plotters.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use plotters::{backend::RGBPixel, prelude::*};

use crate::{Error, theme::Rgb};

/// Shapes are drawn at this many times the size, each way.
const SUPER: i32 = 2;

static REGULAR: &[u8] = include_bytes!("../../../../assets/fonts/Inter-Regular.ttf");
static SEMI_BOLD: &[u8] = include_bytes!("../../../../assets/fonts/Inter-SemiBold.ttf");

/// Parsed once a process.
static FONTS: LazyLock<Result<[FontRef<'static>; 2], Error>> = LazyLock::new(|| {
    let parse = |bytes, name| FontRef::try_from_slice(bytes).map_err(|_| Error::Font(name));
    Ok([
        parse(REGULAR, "Inter-Regular.ttf")?,
        parse(SEMI_BOLD, "Inter-SemiBold.ttf")?,
    ])
});

/// Weight of type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Regular,
    SemiBold,
}

/// Where a text stands relative to its point, left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Type {
    /// Size of the em, px.
    pub size: f64,
    pub weight: Weight,
    pub colour: Rgb,
}

struct Text {
    x: f64,
    baseline: f64,
    text: String,
    style: Type,
}

/// A rectangle in picture pixels, y downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// A picture in the making. Coordinates are picture pixels; fractions count.
pub struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
    texts: Vec<Text>,
    fonts: &'static [FontRef<'static>; 2],
}

impl Canvas {
    /// A picture filled with one colour.
    pub fn new(width: u32, height: u32, background: Rgb) -> Result<Self, Error> {
        let fonts = FONTS.as_ref().map_err(Clone::clone)?;
        let count = (width * height) as usize * (SUPER * SUPER) as usize;
        Ok(Canvas {
            width,
            height,
            pixels: background.repeat(count),
            texts: Vec::new(),
            fonts,
        })
    }

    fn draw<'a, E>(&'a mut self, mut elements: impl Iterator<Item = E>) -> Result<(), Error>
    where
        for<'b> &'b E: plotters::element::PointCollection<'b, (i32, i32)>,
        E: plotters::element::Drawable<BitMapBackend<'a>>,
    {
        let size = (self.width * SUPER as u32, self.height * SUPER as u32);
        let fault = |detail: String| Error::Draw(detail);
        let backend = BitMapBackend::<RGBPixel>::with_buffer_and_format(&mut self.pixels, size);
        let area = backend
            .map_err(|f| fault(f.to_string()))?
            .into_drawing_area();
        elements.try_for_each(|element| area.draw(&element).map_err(|f| fault(f.to_string())))
    }

    /// Fills a rectangle; `alpha` 0..1.
    pub fn fill(&mut self, area: Area, colour: Rgb, alpha: f64) -> Result<(), Error> {
        self.fill_all(&[area], colour, alpha)
    }

    /// Fills rectangles. Ones thinner than half a pixel are drawn half a pixel thick: nothing vanishes.
    pub fn fill_all(&mut self, areas: &[Area], colour: Rgb, alpha: f64) -> Result<(), Error> {
        let style = rgb(colour).mix(alpha).filled();
        let corner = |v: f64| (v * f64::from(SUPER)).round() as i32;
        // The backend's rectangles include their last row and column.
        let last = |first: i32, v: f64| (corner(v) - 1).max(first);
        self.draw(areas.iter().map(|area| {
            let (left, top) = (corner(area.left), corner(area.top));
            Rectangle::new(
                [
                    (left, top),
                    (last(left, area.right) + 1, last(top, area.bottom) + 1),
                ],
                style,
            )
        }))
    }

    /// Draws separate lines, each from point to point, `thickness` in px.
    pub fn lines(
        &mut self,
        lines: &[[(f64, f64); 2]],
        colour: Rgb,
        thickness: f64,
    ) -> Result<(), Error> {
        let width = (thickness * f64::from(SUPER)).round().max(1.0) as u32;
        let style = rgb(colour).stroke_width(width);
        let at = |(x, y): (f64, f64)| {
            (
                (x * f64::from(SUPER)).round() as i32,
                (y * f64::from(SUPER)).round() as i32,
            )
        };
        self.draw(
            lines
                .iter()
                .map(|[from, to]| PathElement::new([at(*from), at(*to)], style)),
        )
    }

    /// A dashed horizontal line.
    pub fn dashes(&mut self, area: Area, y: f64, colour: Rgb) -> Result<(), Error> {
        let count = ((area.right - area.left) / 8.0).ceil().max(0.0) as usize;
        let dashes: Vec<Area> = (0..count)
            .map(|i| area.left + i as f64 * 8.0)
            .map(|left| Area {
                left,
                top: y - 0.5,
                right: (left + 5.0).min(area.right),
                bottom: y + 0.5,
            })
            .collect();
        self.fill_all(&dashes, colour, 1.0)
    }

    /// Diagonal lines over a rectangle.
    pub fn hatch(&mut self, area: Area, colour: Rgb) -> Result<(), Error> {
        let (width, height) = (area.right - area.left, area.bottom - area.top);
        let count = ((width + height) / 6.0).ceil().max(0.0) as usize;
        let lines: Vec<[(f64, f64); 2]> = (0..count)
            .map(|i| i as f64 * 6.0)
            .map(|d| {
                // From the left or bottom edge up to the top or right edge, at 45 degrees.
                let from = (area.left + (d - height).max(0.0), area.top + d.min(height));
                let to = (area.left + d.min(width), area.top + (d - width).max(0.0));
                [from, to]
            })
            .collect();
        self.lines(&lines, colour, 0.5)
    }

    /// Puts a text; `y` is the middle of its capitals.
    pub fn text(&mut self, (x, y): (f64, f64), align: Align, text: &str, style: Type) {
        let width = self.width_of(text, style);
        let x = match align {
            Align::Start => x,
            Align::Middle => x - width / 2.0,
            Align::End => x - width,
        };
        // Inter's capitals are 0.727 em high.
        let baseline = (y + 0.727 * style.size / 2.0).round();
        self.texts.push(Text {
            x,
            baseline,
            text: text.to_owned(),
            style,
        });
    }

    /// Width of a text, px.
    pub fn width_of(&self, text: &str, style: Type) -> f64 {
        let font = self.font(style);
        text.chars()
            .map(|c| f64::from(font.h_advance(font.glyph_id(c))))
            .sum()
    }

    /// The text, cut to `most` px with an ellipsis where it is longer.
    pub fn fitted(&self, text: &str, style: Type, most: f64) -> String {
        if self.width_of(text, style) <= most {
            return text.to_owned();
        }
        let mut cut: String = text.to_owned();
        while cut.pop().is_some() {
            let short = format!("{}…", cut.trim_end());
            if self.width_of(&short, style) <= most {
                return short;
            }
        }
        String::new()
    }

    fn font(&self, style: Type) -> ab_glyph::PxScaleFont<&'static FontRef<'static>> {
        let font = &self.fonts[usize::from(style.weight == Weight::SemiBold)];
        // ab_glyph scales by the height from descender to ascender; type sizes mean the em.
        let per_em = font
            .units_per_em()
            .map_or(1.2, |units| font.height_unscaled() / units);
        font.into_scaled(PxScale::from(style.size as f32 * per_em))
    }

    /// The finished picture as PNG.
    pub fn into_png(self) -> Result<Vec<u8>, Error> {
        let mut pixels = self.reduced();
        for text in &self.texts {
            self.set(text, &mut pixels);
        }
        let fault = |fault: png::EncodingError| Error::Encode(fault.to_string());
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Balanced);
        let mut writer = encoder.write_header().map_err(fault)?;
        writer.write_image_data(&pixels).map_err(fault)?;
        writer.finish().map_err(fault)?;
        Ok(out)
    }

    /// Each pixel the mean of its sub-pixels.
    fn reduced(&self) -> Vec<u8> {
        let sub = SUPER as usize;
        let stride = self.width as usize * sub * 3;
        let mut out = Vec::with_capacity(self.width as usize * self.height as usize * 3);
        for band in self.pixels.chunks_exact(stride * sub) {
            for x in 0..self.width as usize {
                for channel in 0..3 {
                    let at = x * sub * 3 + channel;
                    let sum: usize = (0..sub)
                        .flat_map(|row| (0..sub).map(move |column| row * stride + at + column * 3))
                        .map(|index| usize::from(band[index]))
                        .sum();
                    out.push((sum / (sub * sub)) as u8);
                }
            }
        }
        out
    }

    /// Sets one text into the finished pixels.
    fn set(&self, text: &Text, pixels: &mut [u8]) {
        let font = self.font(text.style);
        let mut x = text.x as f32;
        for c in text.text.chars() {
            let mut glyph = font.scaled_glyph(c);
            let advance = font.h_advance(glyph.id);
            glyph.position = point(x, text.baseline as f32);
            x += advance;
            let Some(outline) = font.outline_glyph(glyph) else {
                continue;
            };
            let bounds = outline.px_bounds();
            let (left, top) = (bounds.min.x as i64, bounds.min.y as i64);
            outline.draw(|dx, dy, cover| {
                let (px, py) = (left + i64::from(dx), top + i64::from(dy));
                if (0..i64::from(self.width)).contains(&px)
                    && (0..i64::from(self.height)).contains(&py)
                {
                    let at = (py as usize * self.width as usize + px as usize) * 3;
                    for (pixel, ink) in pixels[at..at + 3].iter_mut().zip(text.style.colour) {
                        let cover = cover.clamp(0.0, 1.0);
                        *pixel = (f32::from(*pixel) * (1.0 - cover) + f32::from(ink) * cover)
                            .round() as u8;
                    }
                }
            });
        }
    }
}

fn rgb([r, g, b]: Rgb) -> RGBColor {
    RGBColor(r, g, b)
}

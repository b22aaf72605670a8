//! The two looks: one grey family; colour only for limits (by alarm priority) and one blue accent for a second trace.

/// A colour, red, green, blue.
pub type Rgb = [u8; 3];

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark text on light grey, for paper and daylight.
    #[default]
    Light,
    /// Light text on dark grey, for control rooms.
    Dark,
}

/// The colours of a theme.
pub struct Palette {
    pub background: Rgb,
    pub plot: Rgb,
    pub line: Rgb,
    pub hatch: Rgb,
    pub text: Rgb,
    pub dim: Rgb,
    pub traces: [Rgb; 5],
    priorities: [Rgb; 4],
}

impl Palette {
    /// The colour of an alarm priority, 1 (worst) to 4; numbers beyond count as 4.
    pub fn priority(&self, priority: u8) -> Rgb {
        self.priorities[usize::from(priority.clamp(1, 4)) - 1]
    }
}

impl Theme {
    pub(crate) const fn palette(self) -> &'static Palette {
        match self {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }
}

// Priority 3 is darker than the screen's yellow: as text on a light ground it must reach a contrast of 4.5.
const LIGHT: Palette = Palette {
    background: [0xee, 0xef, 0xf0],
    plot: [0xf7, 0xf7, 0xf8],
    line: [0xdd, 0xdf, 0xe2],
    hatch: [0xc2, 0xc6, 0xcb],
    text: [0x23, 0x27, 0x2c],
    dim: [0x59, 0x61, 0x6b],
    traces: [
        [0x23, 0x27, 0x2c],
        [0x1f, 0x6f, 0xb2],
        [0x84, 0x8b, 0x94],
        [0x4c, 0x7d, 0x78],
        [0x7a, 0x6a, 0x8c],
    ],
    priorities: [
        [0xc8, 0x17, 0x1d],
        [0xa8, 0x55, 0x00],
        [0x7a, 0x63, 0x00],
        [0x84, 0x45, 0xd0],
    ],
};

const DARK: Palette = Palette {
    background: [0x1b, 0x1d, 0x20],
    plot: [0x22, 0x25, 0x29],
    line: [0x34, 0x38, 0x3e],
    hatch: [0x4a, 0x50, 0x58],
    text: [0xd5, 0xd8, 0xdc],
    dim: [0x9a, 0xa1, 0xab],
    traces: [
        [0xd5, 0xd8, 0xdc],
        [0x6a, 0xa5, 0xd8],
        [0x86, 0x8e, 0x99],
        [0x7f, 0xb0, 0xaa],
        [0xae, 0x9f, 0xc4],
    ],
    priorities: [
        [0xff, 0x5f, 0x61],
        [0xff, 0x9f, 0x1a],
        [0xff, 0xe1, 0x4d],
        [0xc5, 0x8c, 0xff],
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance after WCAG 2.2.
    fn luminance(rgb: Rgb) -> f64 {
        let part = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(rgb[0]) + 0.7152 * part(rgb[1]) + 0.0722 * part(rgb[2])
    }

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn all_text_reaches_wcag_aa_and_all_traces_are_visible() {
        for palette in [&LIGHT, &DARK] {
            for ground in [palette.background, palette.plot] {
                for text in [palette.text, palette.dim]
                    .into_iter()
                    .chain((1..=4).map(|p| palette.priority(p)))
                {
                    assert!(
                        contrast(text, ground) >= 4.5,
                        "{text:x?} on {ground:x?}: {}",
                        contrast(text, ground)
                    );
                }
            }
            for trace in palette.traces {
                assert!(contrast(trace, palette.plot) >= 2.9, "{trace:x?}");
            }
        }
    }
}

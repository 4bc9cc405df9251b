//! Deltas: an object written as pieces of another one. Nothing here trusts a length that a delta names.

/// Largest result that is built. Git makes no deltas of anything that large.
const MOST: usize = 2 << 30;

/// Size of the object that a delta makes.
pub(super) fn size(delta: &[u8]) -> Option<u64> {
    let mut at = 0;
    varint(delta, &mut at)?;
    varint(delta, &mut at)
}

/// The object that a delta makes of its base; `None` unless everything fits exactly.
pub(super) fn apply(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let mut at = 0;
    if varint(delta, &mut at)? != u64::try_from(base.len()).ok()? {
        return None;
    }
    let size = usize::try_from(varint(delta, &mut at)?).ok().filter(|size| *size <= MOST)?;
    // A size that nobody has memory for is no reason to end the process.
    let mut made = Vec::new();
    made.try_reserve_exact(size).ok()?;
    while let Some(&command) = delta.get(at) {
        at += 1;
        if command & 0x80 == 0 {
            // That many bytes follow. Zero is reserved.
            let end = at + usize::from(command);
            if command == 0 {
                return None;
            }
            made.extend_from_slice(delta.get(at..end)?);
            at = end;
        } else {
            let offset = little(command, delta, &mut at, 0..4)?;
            let length = little(command, delta, &mut at, 4..7)?;
            let length = if length == 0 { 0x1_0000 } else { length };
            made.extend_from_slice(base.get(offset..offset.checked_add(length)?)?);
        }
        if made.len() > size {
            return None;
        }
    }
    (made.len() == size).then_some(made)
}

/// A number of which the command says which bytes follow; the others are zero.
fn little(command: u8, delta: &[u8], at: &mut usize, bits: std::ops::Range<u32>) -> Option<usize> {
    let mut value = 0;
    let first = bits.start;
    for bit in bits {
        if command & (1 << bit) != 0 {
            value |= usize::from(*delta.get(*at)?) << (8 * (bit - first));
            *at += 1;
        }
    }
    Some(value)
}

/// Seven bits a byte, the lowest first.
pub(super) fn varint(data: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let byte = *data.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

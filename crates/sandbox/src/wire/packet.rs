//! Numbers and texts in a packet, and out of it.

/// A message that is only a tag and one text.
pub fn note(tag: u32, text: &str) -> Vec<u8> {
    let mut out = Writer::new(tag);
    out.text(text);
    out.finish()
}

pub fn read_note(packet: &[u8], tag: u32) -> Option<String> {
    Reader::new(packet, tag)?.text()
}

/// The tag of a packet, whatever it is.
pub fn tag_of(packet: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(packet.get(..4)?.try_into().ok()?))
}

pub struct Writer(Vec<u8>);

impl Writer {
    pub fn new(tag: u32) -> Writer {
        Writer(tag.to_le_bytes().to_vec())
    }

    pub fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub fn u64(&mut self, value: u64) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub fn flag(&mut self, value: bool) -> &mut Self {
        self.u32(value.into())
    }

    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.u32(value.len() as u32);
        self.0.extend_from_slice(value);
        self
    }

    pub fn text(&mut self, value: &str) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    pub fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(packet: &'a [u8], tag: u32) -> Option<Reader<'a>> {
        (tag_of(packet)? == tag).then(|| Reader(&packet[4..]))
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(length)?;
        self.0 = tail;
        Some(head)
    }

    pub fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    pub fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    pub fn flag(&mut self) -> Option<bool> {
        Some(self.u32()? != 0)
    }

    pub fn count(&mut self, most: u32) -> Option<u32> {
        self.u32().filter(|count| *count <= most)
    }

    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.take(length as usize)
    }

    pub fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerOfText, textOfHeader } from './header-text.ts';

test('texts go through headers as UTF-8', () => {
  assert.equal(headerOfText('Zoë'), 'ZoÃ«');
  for (const text of ['plain', 'Zoë', '李', '😀']) assert.equal(textOfHeader(headerOfText(text)), text);
  assert.equal(textOfHeader('Zo\xEB'), 'Zoë', 'what is no UTF-8 stays');
});

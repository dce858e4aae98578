import { containing, either, exactly, list, number, record, text, type Matcher } from '../matchers.ts';
import type { ToolCase } from '../tool-case.ts';

const set = 'shop';

/** An item whose color stands in its own property or in the name of the product. */
const item = (product: string, quantity: number, color: string): Matcher =>
  either(
    record({ product: containing(product), quantity: number(quantity), color: exactly(color) }),
    record({ product: containing(color, product), quantity: number(quantity) }),
  );

export const HELD_OUT_SHOP_CASES: readonly ToolCase[] = [
  {
    id: 'shop-tool-3',
    set,
    category: 'right tool',
    question: 'The sandals from order F-6014 are the wrong size, I want to send them back.',
    wanted: [
      {
        tool: 'return_item',
        arguments: { order_id: text('F-6014'), item: containing('sandal'), reason: exactly('wrong_size') },
      },
    ],
  },
  {
    id: 'shop-none-3',
    set,
    category: 'no tool needed',
    question: 'Write a JavaScript function that adds up the numbers of an array.',
    wanted: [],
  },
  {
    id: 'shop-none-4',
    set,
    category: 'no tool needed',
    question: 'What does the word "refund" mean?',
    wanted: [],
  },
  {
    id: 'shop-nested-2',
    set,
    category: 'nested schema',
    question:
      'Place an order with express delivery for Omar Haddad (omar@example.net): three white candles and two green vases.',
    wanted: [
      {
        tool: 'place_order',
        arguments: {
          customer: record({ name: text('Omar Haddad'), email: text('omar@example.net') }),
          items: list(item('candle', 3, 'white'), item('vase', 2, 'green')),
          express: exactly(true),
        },
      },
    ],
  },
  {
    id: 'shop-follow-2',
    set,
    category: 'follow-up',
    earlier: [
      { user: 'What is the status of order G-5120?' },
      {
        tool: 'get_order',
        arguments: { order_id: 'G-5120' },
        result: 'Shipped on 3 May, arrives on 6 May.',
      },
      { assistant: 'Your order was shipped on 3 May and arrives on 6 May.' },
    ],
    question: 'How many days is that from shipping to arrival?',
    wanted: [],
  },
  {
    id: 'shop-language-3',
    set,
    category: 'not English',
    question: '注文H-2257の状況を教えてください。',
    wanted: [{ tool: 'get_order', arguments: { order_id: text('H-2257') } }],
  },
];

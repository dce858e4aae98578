import { containing, either, exactly, list, number, optional, record, text, type Matcher } from '../matchers.ts';
import type { ToolCase } from '../tool-case.ts';

const set = 'shop';

/** An item whose color stands in its own property or in the name of the product. */
const item = (product: string, quantity: number, color: string): Matcher =>
  either(
    record({ product: containing(product), quantity: number(quantity), color: exactly(color) }),
    record({ product: containing(color, product), quantity: number(quantity) }),
  );

export const SHOP_CASES: readonly ToolCase[] = [
  {
    id: 'shop-tool-1',
    set,
    category: 'right tool',
    question: 'Has my order A-4471 been shipped yet?',
    wanted: [{ tool: 'get_order', arguments: { order_id: text('A-4471') } }],
  },
  {
    id: 'shop-tool-2',
    set,
    category: 'right tool',
    question: 'Which running shoes do you have for at most 90 euros?',
    wanted: [{ tool: 'find_products', arguments: { query: containing(['running', 'shoes']), max_price: number(90) } }],
  },
  {
    id: 'shop-arguments-1',
    set,
    category: 'right arguments',
    question: 'How much does it cost to ship a parcel of 2.5 kg to Norway?',
    wanted: [{ tool: 'get_shipping_cost', arguments: { country: text('Norway', 'NO'), weight_kg: number(2.5) } }],
  },
  {
    id: 'shop-arguments-2',
    set,
    category: 'right arguments',
    question: 'I want to return the jacket from order B-2093 because it arrived damaged.',
    wanted: [
      {
        tool: 'return_item',
        arguments: { order_id: text('B-2093'), item: containing('jacket'), reason: exactly('damaged') },
      },
    ],
  },
  { id: 'shop-none-1', set, category: 'no tool needed', question: 'What is the capital of Australia?', wanted: [] },
  { id: 'shop-none-2', set, category: 'no tool needed', question: '你好！很高兴认识你。', wanted: [] },
  {
    id: 'shop-two-1',
    set,
    category: 'two tools',
    question: 'What is the status of order C-1180? And what does it cost to ship 4 kg to Italy?',
    wanted: [
      { tool: 'get_order', arguments: { order_id: text('C-1180') } },
      { tool: 'get_shipping_cost', arguments: { country: text('Italy', 'IT'), weight_kg: number(4) } },
    ],
  },
  {
    id: 'shop-two-2',
    set,
    category: 'two tools',
    question:
      'Find rain jackets for at most 120 euros. Also start the return of the umbrella from order D-7702: I changed my mind.',
    wanted: [
      { tool: 'find_products', arguments: { query: containing('jacket'), max_price: number(120) } },
      {
        tool: 'return_item',
        arguments: { order_id: text('D-7702'), item: containing('umbrella'), reason: exactly('changed_mind') },
      },
    ],
  },
  {
    id: 'shop-nested-1',
    set,
    category: 'nested schema',
    question: 'Place an order for Nina Roth (nina.roth@example.com): two red mugs and one black teapot.',
    wanted: [
      {
        tool: 'place_order',
        arguments: {
          customer: record({ name: text('Nina Roth'), email: text('nina.roth@example.com') }),
          items: list(item('mug', 2, 'red'), item('teapot', 1, 'black')),
          express: optional(exactly(false)),
        },
      },
    ],
  },
  {
    id: 'shop-follow-1',
    set,
    category: 'follow-up',
    earlier: [
      { user: 'What does it cost to ship 1 kg to Spain?' },
      { tool: 'get_shipping_cost', arguments: { country: 'Spain', weight_kg: 1 }, result: '9.90 euros.' },
      { assistant: 'Shipping 1 kg to Spain costs 9.90 euros.' },
    ],
    question: 'And if the parcel weighs 3 kg?',
    wanted: [{ tool: 'get_shipping_cost', arguments: { country: text('Spain', 'ES'), weight_kg: number(3) } }],
  },
  {
    id: 'shop-language-1',
    set,
    category: 'not English',
    question: "Dov'è il mio ordine E-3316?",
    wanted: [{ tool: 'get_order', arguments: { order_id: text('E-3316') } }],
  },
  {
    id: 'shop-language-2',
    set,
    category: 'not English',
    question: 'Quanto custa enviar uma encomenda de 5 kg para a França?',
    wanted: [
      { tool: 'get_shipping_cost', arguments: { country: text('França', 'France', 'FR'), weight_kg: number(5) } },
    ],
  },
];

"""What a device check says: each line's title, what passing means, how to mend."""

LINES = {
    "computer": (
        "Computer",
        "A laptop or desktop computer.",
        "Study on a laptop or desktop computer. Phones and tablets are put down, "
        "turned and switched off by themselves: their time could not be trusted.",
    ),
    "camera": (
        "Camera",
        "Your camera works.",
        "Plug in a camera, allow it for this page (the camera sign in the address "
        "bar), close other programs that use it, and check again.",
    ),
    "light": (
        "Light on your face",
        "There is enough light.",
        "Turn a lamp on, or sit with the window before you and not behind you.",
    ),
    "face": (
        "Your face in the picture",
        "One face, large enough.",
        "Sit in front of the camera so that your whole face is in the picture.",
    ),
    "match": (
        "It is you",
        "We recognised you.",
        "Look straight into the camera with nothing covering your face. If your "
        "profile photo is old, send a new one on your account page.",
    ),
    "enrol": (
        "You from several sides",
        "Your template is made of your photo and of four pictures from today.",
        "To be recognised more easily, check again when it suits you: in good light, "
        "turning your head a little as we say.",
    ),
    "cores": (
        "Processor",
        "",
        "Close other programs; if the computer has one core only, use another one.",
    ),
    "memory": ("Memory", "", "Close other programs and tabs, or use another computer."),
    "speed_down": (
        "Speed to you",
        "",
        "Move closer to the router, use a cable, or ask others to pause downloads.",
    ),
    "speed_up": (
        "Speed from you",
        "",
        "Move closer to the router, use a cable, or ask others to pause uploads.",
    ),
    "path": (
        "Video connection",
        "",
        "Your network lets no video through. Turn a VPN off, try another network, or "
        "ask whoever runs it to allow WebRTC.",
    ),
    "browser": (
        "Browser",
        "",
        "Use a current Chrome, Edge, Firefox or Safari and keep it up to date.",
    ),
    "clock": (
        "Clock",
        "Your computer's clock is right.",
        "Let your computer set its clock by itself. Your time is counted by ours.",
    ),
}
PHONE = "This is a phone or tablet."
PHONE_ALLOWED = "A phone or tablet, which your institution allows if all else passes."
VIRTUAL = "This camera looks like a program, not like a camera."
MEND_VIRTUAL = "Choose the camera itself, and close programs that change its picture."
MEND_SEVERAL = "Make sure that only you are in the picture; mind pictures on walls."
MEND_SMALL = "Move closer, so that your face fills about a third of the picture."
MEND_TURNED = "Turn towards the camera."
BLURRED = "The picture is blurred."
MEND_BLURRED = "Wipe the camera's lens, sit still, and give your face more light."
BY_PERSON = "A person compares your pictures."
PHOTO_ALONE = "Not every picture was taken: your profile photo alone has to do."
HELPDESK_COMPARES = "The helpdesk compares your pictures with your photo. Just study."
OURS = "We could not look just now; that is our fault."
MEND_OURS = "Simply go on: we look again when you start."
NOT_TOLD = "Your browser does not tell, which is fine."
DIRECT = "Direct."
RELAY = "By a relay, which works as well."

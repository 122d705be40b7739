<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ar_EG">
<context>
    <name>door</name>
    <message>
        <source>Erase a character</source>
        <translation>حذف حرف</translation>
    </message>
    <message>
        <source>Other keys</source>
        <translation>مفاتيح أخرى</translation>
    </message>
    <message>
        <source>Come in with your PIN</source>
        <translation>الدخول بالرمز السري</translation>
    </message>
    <message>
        <source>Type your ID, then your PIN.</source>
        <translation>يُرجى إدخال المعرّف، ثم الرمز السري.</translation>
    </message>
    <message>
        <source>Your ID</source>
        <translation>المعرّف</translation>
    </message>
    <message>
        <source>PIN</source>
        <translation>الرمز السري</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>إلغاء</translation>
    </message>
    <message>
        <source>Open the door</source>
        <translation>فتح الباب</translation>
    </message>
    <message>
        <source>One moment, please</source>
        <translation>لحظة من فضلكم</translation>
    </message>
    <message>
        <source>PINs cannot be checked just now. Please ask for help.</source>
        <translation>لا يمكن التحقق من الرمز السري الآن. يُرجى طلب المساعدة.</translation>
    </message>
    <message>
        <source>Please step closer</source>
        <translation>يُرجى الاقتراب</translation>
    </message>
    <message>
        <source>Please step back a little</source>
        <translation>يُرجى الابتعاد قليلًا</translation>
    </message>
    <message>
        <source>A little more to the middle, please</source>
        <translation>يُرجى التحرّك قليلًا نحو الوسط</translation>
    </message>
    <message>
        <source>Hold still for a moment</source>
        <translation>يُرجى الثبات للحظة</translation>
    </message>
    <message>
        <source>It is too dark to see your face</source>
        <translation>الإضاءة ضعيفة ولا يظهر الوجه</translation>
    </message>
    <message>
        <source>There is too much light on your face</source>
        <translation>الضوء على الوجه شديد</translation>
    </message>
    <message>
        <source>Please face the camera</source>
        <translation>يُرجى مواجهة الكاميرا</translation>
    </message>
    <message>
        <source>Please show your whole face</source>
        <translation>يُرجى إظهار الوجه كاملًا</translation>
    </message>
    <message>
        <source>One person at a time, please</source>
        <translation>شخص واحد في كل مرة من فضلكم</translation>
    </message>
    <message>
        <source>The door was opened for you a moment ago</source>
        <translation>فُتح لكم الباب قبل لحظات</translation>
    </message>
    <message>
        <source>A little slower, please</source>
        <translation>أبطأ قليلًا من فضلكم</translation>
    </message>
    <message>
        <source>Not quite so far, please</source>
        <translation>ليس إلى هذا الحد من فضلكم</translation>
    </message>
    <message>
        <source>The door opens when it knows you</source>
        <translation>يُفتح الباب عند التعرّف عليكم</translation>
    </message>
    <message>
        <source>Only a little, eyes on the screen</source>
        <translation>قليلًا فقط، مع النظر إلى الشاشة</translation>
    </message>
    <message>
        <source>Look straight ahead</source>
        <translation>يُرجى النظر إلى الأمام</translation>
    </message>
    <message>
        <source>Turn your head left</source>
        <translation>يُرجى إدارة الرأس إلى اليسار</translation>
    </message>
    <message>
        <source>Turn your head right</source>
        <translation>يُرجى إدارة الرأس إلى اليمين</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>جارٍ التشغيل</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>أهلًا وسهلًا</translation>
    </message>
    <message>
        <source>Welcome, {name}</source>
        <translation>أهلًا وسهلًا، {name}</translation>
    </message>
    <message>
        <source>The door is open</source>
        <translation>الباب مفتوح</translation>
    </message>
    <message>
        <source>Face the camera with nothing before your face, or ask for help</source>
        <translation>يُرجى مواجهة الكاميرا من دون ما يغطي الوجه، أو طلب المساعدة</translation>
    </message>
    <message>
        <source>Do what the screen asks, one step at a time, or ask for help</source>
        <translation>يُرجى اتباع ما تطلبه الشاشة خطوة بخطوة، أو طلب المساعدة</translation>
    </message>
    <message>
        <source>Check your ID, type your PIN again, or ask for help</source>
        <translation>يُرجى التأكد من المعرّف وإعادة إدخال الرمز السري، أو طلب المساعدة</translation>
    </message>
    <message>
        <source>Use another way in, or ask for help</source>
        <translation>يُرجى الدخول بطريقة أخرى أو طلب المساعدة</translation>
    </message>
    <message>
        <source>Please ask for help</source>
        <translation>يُرجى طلب المساعدة</translation>
    </message>
    <message>
        <source>Try again in a moment, or ask for help</source>
        <translation>يُرجى المحاولة مجددًا بعد لحظة، أو طلب المساعدة</translation>
    </message>
    <message>
        <source>Too many attempts</source>
        <translation>محاولات كثيرة جدًا</translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n seconds, or use another way in</source>
        <translation>
            <numerusform>المحاولة التالية بعد %n ثانية، أو يُرجى الدخول بطريقة أخرى</numerusform>
            <numerusform>المحاولة التالية بعد ثانية واحدة، أو يُرجى الدخول بطريقة أخرى</numerusform>
            <numerusform>المحاولة التالية بعد ثانيتين، أو يُرجى الدخول بطريقة أخرى</numerusform>
            <numerusform>المحاولة التالية بعد %n ثوانٍ، أو يُرجى الدخول بطريقة أخرى</numerusform>
            <numerusform>المحاولة التالية بعد %n ثانية، أو يُرجى الدخول بطريقة أخرى</numerusform>
            <numerusform>المحاولة التالية بعد %n ثانية، أو يُرجى الدخول بطريقة أخرى</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n minutes, or use another way in</source>
        <translation>
            <numerusform>المحاولة التالية بعد %n دقيقة، أو يُرجى الدخول بطريقة أخرى</numerusform>
            <numerusform>المحاولة التالية بعد دقيقة واحدة، أو يُرجى الدخول بطريقة أخرى</numerusform>
            <numerusform>المحاولة التالية بعد دقيقتين، أو يُرجى الدخول بطريقة أخرى</numerusform>
            <numerusform>المحاولة التالية بعد %n دقائق، أو يُرجى الدخول بطريقة أخرى</numerusform>
            <numerusform>المحاولة التالية بعد %n دقيقة، أو يُرجى الدخول بطريقة أخرى</numerusform>
            <numerusform>المحاولة التالية بعد %n دقيقة، أو يُرجى الدخول بطريقة أخرى</numerusform>
        </translation>
    </message>
    <message>
        <source>Try again tomorrow, or use another way in</source>
        <translation>المحاولة التالية غدًا، أو يُرجى الدخول بطريقة أخرى</translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n seconds, or ask for help</source>
        <translation>
            <numerusform>المحاولة التالية بعد %n ثانية، أو يُرجى طلب المساعدة</numerusform>
            <numerusform>المحاولة التالية بعد ثانية واحدة، أو يُرجى طلب المساعدة</numerusform>
            <numerusform>المحاولة التالية بعد ثانيتين، أو يُرجى طلب المساعدة</numerusform>
            <numerusform>المحاولة التالية بعد %n ثوانٍ، أو يُرجى طلب المساعدة</numerusform>
            <numerusform>المحاولة التالية بعد %n ثانية، أو يُرجى طلب المساعدة</numerusform>
            <numerusform>المحاولة التالية بعد %n ثانية، أو يُرجى طلب المساعدة</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try again in %n minutes, or ask for help</source>
        <translation>
            <numerusform>المحاولة التالية بعد %n دقيقة، أو يُرجى طلب المساعدة</numerusform>
            <numerusform>المحاولة التالية بعد دقيقة واحدة، أو يُرجى طلب المساعدة</numerusform>
            <numerusform>المحاولة التالية بعد دقيقتين، أو يُرجى طلب المساعدة</numerusform>
            <numerusform>المحاولة التالية بعد %n دقائق، أو يُرجى طلب المساعدة</numerusform>
            <numerusform>المحاولة التالية بعد %n دقيقة، أو يُرجى طلب المساعدة</numerusform>
            <numerusform>المحاولة التالية بعد %n دقيقة، أو يُرجى طلب المساعدة</numerusform>
        </translation>
    </message>
    <message>
        <source>Try again tomorrow, or ask for help</source>
        <translation>المحاولة التالية غدًا، أو يُرجى طلب المساعدة</translation>
    </message>
    <message>
        <source>There is too much light here. Please ask for help.</source>
        <translation>الضوء هنا شديد. يُرجى طلب المساعدة.</translation>
    </message>
    <message>
        <source>The door is locked</source>
        <translation>الباب مقفل</translation>
    </message>
    <message>
        <source>Nobody is let in at the moment. Please ask for help.</source>
        <translation>لا يُسمح لأحد بالدخول حاليًا. يُرجى طلب المساعدة.</translation>
    </message>
    <message>
        <source>Out of service</source>
        <translation>خارج الخدمة</translation>
    </message>
    <message>
        <source>The camera is dazzled</source>
        <translation>الضوء يبهر الكاميرا</translation>
    </message>
    <message>
        <source>There is too much light here. Use another way in, or ask for help.</source>
        <translation>الضوء هنا شديد. يُرجى الدخول بطريقة أخرى أو طلب المساعدة.</translation>
    </message>
    <message>
        <source>No picture from the camera</source>
        <translation>لا صورة من الكاميرا</translation>
    </message>
    <message>
        <source>The door is not set up</source>
        <translation>لم يُجهَّز الباب بعد</translation>
    </message>
    <message>
        <source>The camera is covered</source>
        <translation>الكاميرا مغطاة</translation>
    </message>
    <message>
        <source>Uncover the camera, or ask for help</source>
        <translation>يُرجى كشف الكاميرا أو طلب المساعدة</translation>
    </message>
    <message>
        <source>The door may be open</source>
        <translation>قد يكون الباب مفتوحًا</translation>
    </message>
    <message>
        <source>Please pull it shut and ask for help</source>
        <translation>يُرجى إغلاقه وطلب المساعدة</translation>
    </message>
    <message>
        <source>The door did not open</source>
        <translation>لم يُفتح الباب</translation>
    </message>
    <message>
        <source>The picture is frozen</source>
        <translation>الصورة متوقفة</translation>
    </message>
    <message>
        <source>The door does not answer</source>
        <translation>الباب لا يستجيب</translation>
    </message>
    <message>
        <source>Faces cannot be checked</source>
        <translation>تعذّر فحص الوجوه</translation>
    </message>
    <message>
        <source>Faces cannot be compared</source>
        <translation>تعذّرت مقارنة الوجوه</translation>
    </message>
    <message>
        <source>Nothing can be recorded</source>
        <translation>تعذّر التسجيل</translation>
    </message>
    <message>
        <source>Faces must be enrolled anew</source>
        <translation>يلزم تسجيل الوجوه من جديد</translation>
    </message>
    <message>
        <source>Faces cannot be recognised</source>
        <translation>تعذّر التعرّف على الوجوه</translation>
    </message>
    <message>
        <source>Offline for too long</source>
        <translation>انقطع الاتصال لمدة طويلة</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>حدث خطأ ما</translation>
    </message>
    <message>
        <source>The camera is too slow</source>
        <translation>الكاميرا بطيئة جدًا</translation>
    </message>
    <message>
        <source>The door is offline</source>
        <translation>الباب غير متصل</translation>
    </message>
    <message>
        <source>Step in front of the camera</source>
        <translation>يُرجى الوقوف أمام الكاميرا</translation>
    </message>
    <message>
        <source>Look at the camera</source>
        <translation>يُرجى النظر إلى الكاميرا</translation>
    </message>
    <message>
        <source>Access denied</source>
        <translation>الدخول غير مسموح</translation>
    </message>
    <message>
        <source>PIN instead</source>
        <translation>الدخول بالرمز السري</translation>
    </message>
    <message>
        <source>Language: {name}</source>
        <translation>اللغة: {name}</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>الإدارة</translation>
    </message>
    <message>
        <source>Faces are being loaded: {percent} %</source>
        <translation>يجري تحميل الوجوه: {percent} %</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>دون اتصال</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>رجوع</translation>
    </message>
</context>
</TS>
